"""`open_model`: the model that is taught, loaded for training."""

from typing import TYPE_CHECKING, Any, TypeAlias

import torch

from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.flow_families import family_of_pipeline
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.diffusion.precision import DTYPES
from animator.models.diffusion.unet_model import UNetModel
from animator.models.folders import model_folders
from animator.training.finetune.data.buckets import LATENT
from animator.training.finetune.flow_checks import check_flow
from animator.training.finetune.settings import TrainingSettings
from animator.training.finetune.targets.target import Target
from animator.training.finetune.trainee import Trainee
from animator.training.finetune.unet_trainee import UNetTrainee

if TYPE_CHECKING:
    from animator.models.diffusion.flow_matching.engine import FlowEngine

Taught: TypeAlias = "UNetModel | FlowEngine"
"""A model that is taught: with a U-Net, or of flow matching."""


def precision_of(settings: TrainingSettings, device: torch.device) -> Precision:
    """Returns the precision in which networks compute, never "auto"."""
    if settings.precision != "auto":
        return settings.precision
    return "bf16" if device.type == "cuda" and torch.cuda.is_bf16_supported() else "fp32"


def open_pipeline(settings: TrainingSettings, device: torch.device) -> Any:
    """Returns the model's pipeline on the CPU: its own weights in fp32 where they are trained.

    Raises:
        ModelError: It cannot be loaded, or is not taught in this way.
    """
    library = Library(model_folders(settings.model_folders))
    precision = "fp32" if settings.kind == "dreambooth" else precision_of(settings, device)
    options = LoadOptions(
        library=library, precision=precision, architecture=settings.architecture, loads_small=True
    )
    pipeline = load_pipeline(find_checkpoint(settings.model, library), options, device)
    pipeline.set_progress_bar_config(disable=True)
    family = family_of_pipeline(type(pipeline).__name__)
    if family is not None:
        check_flow(settings, family)
    return pipeline


def open_model(pipeline: Any, settings: TrainingSettings, device: torch.device) -> Taught:
    """Returns the components of a pipeline on a device, frozen; what is trained is attached after.

    The text encoders of a flow-matching model are there only while they encode.
    """
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.requires_grad_(requires_grad=False)
            part.eval()
    if family_of_pipeline(type(pipeline).__name__) is not None:
        return _flow(pipeline, settings, device)
    model = UNetModel.of(settings.model, pipeline)
    dtype = DTYPES[precision_of(settings, device)]
    for name, part in model.parts.items():
        part.to(device)
        if settings.kind != "dreambooth" and name != "vae":
            part.to(dtype)
    if device.type == "cpu":
        model.autoencoder.model.to(torch.float32)  # images are encoded once, as exactly as films do it
    _save_memory(model.unet, settings)
    return model


def trainee_of(taught: Taught, settings: TrainingSettings, target: Target, device: torch.device) -> Trainee:
    """Returns a model as a training calls it.

    Args:
        taught: The model, with what is trained.
        settings: The training, open values filled.
        target: What is trained.
        device: The device.
    """
    precision = DTYPES[precision_of(settings, device)]
    if isinstance(taught, UNetModel):
        is_text = bool(target.text_weights)
        return UNetTrainee(
            taught, device, precision, settings.clip_skip, target.vectors, trains_texts=is_text
        )
    from animator.training.finetune.flow_trainee import FlowTrainee

    return FlowTrainee(taught, device, precision, settings.flow, settings.clip_skip)


def size_step_of(taught: Taught) -> int:
    """Returns what sizes in training are multiples of."""
    return LATENT if isinstance(taught, UNetModel) else taught.autoencoder.multiple


def _flow(pipeline: Any, settings: TrainingSettings, device: torch.device) -> "FlowEngine":
    from animator.models.diffusion.flow_matching.engine import FlowEngine

    engine = FlowEngine(
        settings.model, pipeline, LoadOptions(precision=precision_of(settings, device)), device
    )
    _save_memory(engine.transformer, settings)
    return engine


def _save_memory(network: Any, settings: TrainingSettings) -> None:
    if settings.gradient_checkpointing:
        network.enable_gradient_checkpointing()
        network.train()
