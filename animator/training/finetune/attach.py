"""`attach`: gives a model the weights of a kind of training."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

from animator.models.diffusion.save_pipeline import save_checkpoint, save_folder
from animator.models.diffusion.unet_model import UNetModel
from animator.training.finetune.open_model import Taught
from animator.training.finetune.result import result_path
from animator.training.finetune.seeded import seeded
from animator.training.finetune.settings import TrainingSettings
from animator.training.finetune.targets.embedding import EmbeddingTarget
from animator.training.finetune.targets.hypernetwork import HypernetworkTarget
from animator.training.finetune.targets.lora import LoraTarget
from animator.training.finetune.targets.target import Target
from animator.training.finetune.targets.weights import WeightsTarget


def attach(settings: TrainingSettings, taught: Taught, pipeline: Any) -> Target:
    """Returns what is trained, attached to a model.

    Args:
        settings: The training, open values filled.
        taught: The model, on its device.
        pipeline: The pipeline that it is from, which dreambooth writes.
    """
    if not isinstance(taught, UNetModel):
        return _lora(settings, taught.parts, taught.family.key)
    target = _of_unet(settings, taught, pipeline)
    # As previews have it: a training that had one before its first step makes the same bits as one without.
    for part in (taught.unet, taught.autoencoder.model):
        part.to(memory_format=torch.channels_last)
    return target


def _of_unet(settings: TrainingSettings, model: UNetModel, pipeline: Any) -> Target:
    generator = torch.Generator().manual_seed(settings.seed)
    if settings.kind == "embedding":
        return EmbeddingTarget(settings.name, model.encoders, settings.embedding)
    if settings.kind == "hypernetwork":
        return HypernetworkTarget(settings.name, model.unet, settings.hypernetwork, generator)
    if settings.kind == "dreambooth":
        trains_texts = bool(settings.text_encoder)
        save = partial(_save, pipeline, model.family, settings)
        return WeightsTarget(model.parts, save, trains_texts=trains_texts)
    return _lora(settings, model.parts, model.family)


def _lora(settings: TrainingSettings, parts: Mapping[str, Any], family: str) -> LoraTarget:
    with seeded(settings.seed):
        return LoraTarget(parts, family, settings.lora, trains_texts=bool(settings.text_encoder))


def _save(
    pipeline: Any, family: str, settings: TrainingSettings, folder: Path, metadata: Mapping[str, str]
) -> Path:
    """Writes a model as the settings say; returns its file or folder."""
    path = folder / result_path(settings).name
    if settings.dreambooth.format == "safetensors":
        save_checkpoint(pipeline, family, path, metadata)
    else:
        save_folder(pipeline, path, replaces=settings.overwrite)
    return path
