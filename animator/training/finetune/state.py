"""The state of a training on disk: everything that the next step depends on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from animator.errors import RunError
from animator.models.write_tensors import write_tensors

STATE = "state.safetensors"
SCHEMA = "animator.training.1"
_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True, eq=False)
class State:
    """What a step changes.

    Attributes:
        weights: The trained weights, by name.
        optimizer: torch's AdamW over them.
    """

    weights: Mapping[str, nn.Parameter]
    optimizer: torch.optim.Optimizer

    def tensors(self) -> dict[str, Tensor]:
        """Returns all tensors by name; moments that no step made yet are zeros."""
        found: dict[str, Tensor] = {}
        for name, weight in self.weights.items():
            found[f"weight/{name}"] = weight.detach()
            moments = self.optimizer.state.get(weight, {})
            for moment in _MOMENTS:
                found[f"{moment}/{name}"] = moments.get(moment, torch.zeros_like(weight))
        return found

    def save(self, folder: Path, step: int) -> None:
        """Replaces the state in a folder by the one after `step` steps, atomically.

        Raises:
            OSError: The disk is full; the old state is kept.
        """
        write_tensors(folder / STATE, self.tensors(), {"schema": SCHEMA, "step": json.dumps(step)})

    def restore(self, folder: Path) -> int:
        """Loads the state in a folder, if there is one; returns the number of finished steps.

        Raises:
            RunError: It is damaged, or of another training.
        """
        path = folder / STATE
        if not path.is_file():
            return 0
        try:
            with safe_open(path, "pt") as file:
                metadata = file.metadata() or {}
                own = self.tensors()
                if metadata.get("schema") != SCHEMA or set(file.keys()) != set(own):
                    raise RunError(f"{path}: belongs to another training; choose another folder")
                step = int(metadata["step"])
                self._load({name: file.get_tensor(name) for name in own}, step)
        except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
            raise RunError(f"{path}: cannot be read: {error}; remove it to train from the start") from error
        return step

    @torch.no_grad()
    def _load(self, tensors: Mapping[str, Tensor], step: int) -> None:
        for name, weight in self.weights.items():
            weight.copy_(tensors[f"weight/{name}"])
            moments = {moment: tensors[f"{moment}/{name}"].to(weight.device) for moment in _MOMENTS}
            self.optimizer.state[weight] = {"step": torch.tensor(float(step)), **moments}
