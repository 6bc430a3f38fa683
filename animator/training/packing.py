"""The trained parts as a diffusers folder, in half precision, as it is shipped."""

import json
from pathlib import Path

import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline
from torch import nn
from transformers import CLIPTokenizer

from animator.errors import UserError
from animator.training.networks import SCHEDULE

LARGEST_FILE = 16 * 2**20  # bytes; weights are cut into files below this


def pack(networks: nn.ModuleDict, tokenizer: CLIPTokenizer, folder: Path) -> int:
    """Writes the folder; returns the bytes of its weights.

    Args:
        networks: `unet`, `text_encoder` and `vae`.
        tokenizer: Theirs.
        folder: Where; must not exist, or be empty.

    Raises:
        UserError: The folder has something in it, or a weight is not finite in half precision.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty; name a new folder")
    for name, network in networks.items():
        network.to("cpu", torch.float16)
        broken = [key for key, value in network.state_dict().items() if not torch.isfinite(value).all()]
        if broken:
            raise UserError(f"{name}: {broken[0]} is not finite in half precision; the training went astray")
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
    _forget_paths(folder)
    return sum(file.stat().st_size for file in folder.rglob("*.safetensors"))


def _forget_paths(folder: Path) -> None:
    """Takes the place where a network was opened out of its description."""
    for path in folder.rglob("config.json"):
        known = json.loads(path.read_text())
        known.pop("_name_or_path", None)
        path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
