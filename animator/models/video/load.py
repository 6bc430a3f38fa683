"""Loads a video model: `load_video_model`."""

from pathlib import Path
from typing import Any

import torch

from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.library import INDEX
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.load_pipeline import download_pipeline, quiet_diffusers
from animator.models.diffusion.precision import load_dtype
from animator.models.model_folder import components, use_safetensors
from animator.models.video.diffusers_model import DiffusersVideoModel
from animator.models.video.find import check_video_folder, find_video_model
from animator.models.video.kinds import VideoKind


def load_video_model(name: str, options: LoadOptions, device: torch.device) -> DiffusersVideoModel:
    """Loads a video model.

    Args:
        name: A diffusers folder, its name in the library, or a hub id.
        options: `library`, `precision` and `memory` are used.
        device: Where it runs.

    Raises:
        ModelError: It is missing, incomplete or broken.
    """
    checkpoint = find_video_model(name, options.library)
    with quiet_diffusers(name) as diffusers:
        is_hub = checkpoint.kind == "hub"
        folder = download_pipeline(diffusers, checkpoint) if is_hub else Path(checkpoint.location)
        kind = check_video_folder(name, folder)
        pipeline = _pipeline(diffusers, folder, kind, options, device)
        return DiffusersVideoModel(name, kind, pipeline, device, is_low=options.memory == "low")


def _pipeline(
    diffusers: Any, folder: Path, kind: VideoKind, options: LoadOptions, device: torch.device
) -> Any:
    """Returns the pipeline of a folder, on the CPU, in the precision that suits its device."""
    dtype = load_dtype(options.precision, device, is_transformer=True)
    dtypes = {"default": dtype}
    if kind.vae_is_single and options.precision == "auto":
        dtypes |= {"vae": torch.float32, "image_encoder": torch.float32}
    parts = (folder / part for part in components(read_config(folder / INDEX)))
    pickled = [part for part in parts if not use_safetensors(part)]
    return getattr(diffusers, kind.pipeline).from_pretrained(
        str(folder),
        dtype=dtypes,
        local_files_only=True,
        use_safetensors=None if pickled else True,
    )
