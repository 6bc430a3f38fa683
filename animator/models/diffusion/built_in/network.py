"""`Network`: what the networks of the built-in model have in common."""

from pathlib import Path

import torch
from torch import nn

from animator.models.diffusion.built_in.config import Config


class Network(nn.Module):
    """A network with its config.

    Attributes:
        config: The entries of its `config.json`.
    """

    def __init__(self, config: Config) -> None:
        """Keeps the config."""
        super().__init__()
        self.config = config

    @property
    def dtype(self) -> torch.dtype:
        """Type of the weights."""
        return next(self.parameters()).dtype

    @property
    def device(self) -> torch.device:
        """Device of the weights."""
        return next(self.parameters()).device

    def read_weights(self, file: Path, dtype: torch.dtype) -> None:
        """Takes its weights from a safetensors file; the layers may be on the meta device."""
        from safetensors.torch import load_file

        weights = {name: tensor.to(dtype) for name, tensor in load_file(file).items()}
        self.load_state_dict(weights, assign=True)
