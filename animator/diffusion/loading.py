"""A checkpoint -> a loaded diffusers pipeline."""

import warnings
from typing import Any

import torch

from animator.diffusion.checkpoint import Checkpoint
from animator.errors import ModelError
from animator.torchvision_ops import declare_missing_ops


def load_pipeline(checkpoint: Checkpoint, device: torch.device, dtype: torch.dtype) -> Any:
    """The checkpoint's text-to-image pipeline on the device.

    Raises:
        ModelError: It cannot be loaded; says why.
    """
    declare_missing_ops()
    import diffusers
    import transformers

    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' advice about each other is nothing a user can act on
        try:
            pipeline = _open(diffusers, checkpoint, dtype)
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise ModelError(
                f"model {checkpoint.name}: cannot be loaded: {' '.join(str(error).split())}"
            ) from error
    pipeline.set_progress_bar_config(disable=True)
    pipeline.to(device)
    for part in ("unet", "vae"):
        if getattr(pipeline, part, None) is not None:
            getattr(pipeline, part).to(memory_format=torch.channels_last)
    return pipeline


def _open(diffusers: Any, checkpoint: Checkpoint, dtype: torch.dtype) -> Any:
    if checkpoint.kind == "file":
        return diffusers.StableDiffusionPipeline.from_single_file(checkpoint.location, dtype=dtype)
    return diffusers.AutoPipelineForText2Image.from_pretrained(
        checkpoint.location, dtype=dtype, local_files_only=checkpoint.kind == "folder", use_safetensors=True
    )
