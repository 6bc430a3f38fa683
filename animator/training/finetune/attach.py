"""`attach`: gives a model the weights of a kind of training."""

from functools import partial
from typing import Any

import torch

from animator.models.diffusion.unet_model import UNetModel
from animator.training.finetune.open_model import save_pipeline
from animator.training.finetune.seeded import seeded
from animator.training.finetune.settings import TrainingSettings
from animator.training.finetune.targets.embedding import EmbeddingTarget
from animator.training.finetune.targets.hypernetwork import HypernetworkTarget
from animator.training.finetune.targets.lora import LoraTarget
from animator.training.finetune.targets.target import Target
from animator.training.finetune.targets.weights import WeightsTarget


def attach(settings: TrainingSettings, model: UNetModel, pipeline: Any) -> Target:
    """Returns what is trained, attached to a model.

    Args:
        settings: The training, open values filled.
        model: The model, on its device.
        pipeline: The pipeline that it is from, which dreambooth writes.
    """
    target = _target(settings, model, pipeline)
    # As previews have it: a training that had one before its first step makes the same bits as one without.
    for part in (model.unet, model.autoencoder.model):
        part.to(memory_format=torch.channels_last)
    return target


def _target(settings: TrainingSettings, model: UNetModel, pipeline: Any) -> Target:
    generator = torch.Generator().manual_seed(settings.seed)
    trains_texts = bool(settings.text_encoder)
    if settings.kind == "embedding":
        return EmbeddingTarget(settings.name, model.encoders, settings.embedding)
    if settings.kind == "hypernetwork":
        return HypernetworkTarget(settings.name, model.unet, settings.hypernetwork, generator)
    if settings.kind == "dreambooth":
        return WeightsTarget(model.parts, partial(save_pipeline, pipeline), trains_texts=trains_texts)
    with seeded(settings.seed):
        return LoraTarget(model.parts, model.family, settings.lora, trains_texts=trains_texts)
