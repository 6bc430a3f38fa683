"""`open_trainee`: the model that is taught, loaded for training."""

from pathlib import Path
from typing import Any

import torch

from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.diffusion.precision import DTYPES
from animator.models.diffusion.unet_model import UNetModel
from animator.models.folders import model_folders
from animator.training.finetune.settings import TrainingSettings


def precision_of(settings: TrainingSettings, device: torch.device) -> Precision:
    """Returns the precision in which networks compute, never "auto"."""
    if settings.precision != "auto":
        return settings.precision
    return "bf16" if device.type == "cuda" and torch.cuda.is_bf16_supported() else "fp32"


def open_pipeline(settings: TrainingSettings, device: torch.device) -> Any:
    """Returns the model's pipeline on the CPU: its own weights in fp32 where they are trained.

    Raises:
        ModelError: It cannot be loaded.
    """
    library = Library(model_folders(settings.model_folders))
    precision = "fp32" if settings.kind == "dreambooth" else precision_of(settings, device)
    options = LoadOptions(library=library, precision=precision)
    pipeline = load_pipeline(find_checkpoint(settings.model, library), options, device)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def open_model(pipeline: Any, settings: TrainingSettings, device: torch.device) -> UNetModel:
    """Returns the components of a pipeline on a device, frozen; what is trained is attached after."""
    model = UNetModel.of(settings.model, pipeline)
    dtype = DTYPES[precision_of(settings, device)]
    for name, part in model.parts.items():
        part.requires_grad_(requires_grad=False)
        part.eval()
        part.to(device)
        if settings.kind != "dreambooth" and name != "vae":
            part.to(dtype)
    if settings.gradient_checkpointing:
        model.unet.enable_gradient_checkpointing()
        model.unet.train()
    return model


def save_pipeline(pipeline: Any, folder: Path) -> Path:
    """Writes a pipeline as a diffusers folder; returns the folder."""
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder
