"""Tiny random ControlNets in the formats that people have."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from tests.animator.models.diffusion import tiny_models
from tests.animator.models.diffusion.original_names import controlnet_tensors


def net(kind: str, seed: int = 0, **smaller: Any) -> Any:
    """A random ControlNet for a kind of tiny model; `smaller` overrides its architecture."""
    return net_for(tiny_models.pipeline(kind).unet, seed, **smaller)


def net_for(unet: Any, seed: int = 0, **smaller: Any) -> Any:
    """A random ControlNet for a U-Net."""
    from diffusers import ControlNetModel

    with torch.random.fork_rng(devices=[]):
        torch.random.manual_seed(seed)
        made = ControlNetModel.from_unet(unet, load_weights_from_unet=False)
        if smaller:
            made = ControlNetModel.from_config({**made.config, **smaller})
    tiny_models.stir(made, seed + 40)
    return made.eval()


def folder(made: Any, path: Path) -> Path:
    """A diffusers folder."""
    made.save_pretrained(path)
    return path


def file(made: Any, path: Path) -> Path:
    """One file with diffusers' names, as those for SDXL have."""
    save_file(made.state_dict(), path)
    return path


def original(made: Any, path: Path, prefix: str = "control_model.") -> Path:
    """One file with the original's names, as those for Stable Diffusion 1.5 have."""
    tensors = controlnet_tensors(made.state_dict(), prefix)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    return path
