"""Saves the trained networks as a diffusers folder in half precision."""

import json
from pathlib import Path

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from torch import nn
from transformers import CLIPTokenizer

from animator.errors import UserError
from animator.training.networks import SCHEDULE

LARGEST_FILE = 16 * 2**20  # bytes; larger weights are split into several files


def pack(networks: nn.ModuleDict, tokenizer: CLIPTokenizer, folder: Path) -> int:
    """Writes a diffusers folder; returns the size of its weights in bytes.

    Args:
        networks: `unet`, `text_encoder` and `vae`.
        tokenizer: Tokenizer of the text encoder.
        folder: Target folder; must be missing or empty.

    Raises:
        UserError: The folder is not empty, or a weight is not finite in half precision.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty: expected a new or empty folder; choose another --target")
    for name, network in networks.items():
        network.to("cpu", torch.float16)
        broken = [key for key, value in network.state_dict().items() if not torch.isfinite(value).all()]
        if broken:
            raise UserError(f"{name}: {broken[0]} is not finite in half precision; the training diverged")
    pipeline = StableDiffusionPipeline(
        **dict(networks.items()),
        tokenizer=tokenizer,
        scheduler=DDIMScheduler(
            **SCHEDULE, clip_sample=False, set_alpha_to_one=False, steps_offset=1, timestep_spacing="trailing"
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder, safe_serialization=True, max_shard_size=LARGEST_FILE)
    _remove_paths(folder)
    return sum(file.stat().st_size for file in folder.rglob("*.safetensors"))


def _remove_paths(folder: Path) -> None:
    """Removes the path that a network was loaded from out of its configuration."""
    for path in folder.rglob("config.json"):
        config = json.loads(path.read_text())
        config.pop("_name_or_path", None)
        path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
