"""Metrics of a model: each function returns a few named numbers."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import CLIPTokenizer

from animator.images.metrics import FrameMetrics, frame_metrics
from animator.models.diffusion.request import Diffuser
from animator.training.autoencoder import psnr, to_tensor
from animator.training.compute import Compute
from animator.training.data import Images
from animator.training.denoiser import Dataset, DenoiserTask, Examples, SizeShare
from animator.training.evaluation.classifier import (
    SceneClassifier,
    accuracy,
    classifier_inputs,
    classify,
    downscale,
    time_in_caption,
)
from animator.training.evaluation.frechet import frechet_distance
from animator.training.evaluation.generation import GenerationSettings, generate_image, generate_zoom
from animator.training.networks import FACTOR, guidance_embedding, open_part

_CPU = Compute(torch.device("cpu"))
_FILM_PROMPTS = ("desert dunes at sunset", "a lake with mountains at night, aurora")
_ENDS = 5  # frames to average at each end of a film
_TIMED = 5  # images to time


@dataclass(frozen=True)
class Model:
    """A model in a diffusers folder."""

    folder: Path

    def networks(self) -> nn.ModuleDict:
        """Returns U-Net and text encoder in single precision."""
        return nn.ModuleDict({name: open_part(self.folder, name) for name in ("unet", "text_encoder")}).eval()


def autoencoder_metrics(model: Model, held_out: Images, count: int) -> dict[str, float]:
    """Returns the PSNR in dB of held-out images, encoded and decoded."""
    vae = open_part(model.folder, "vae").to(memory_format=torch.channels_last)
    return {"psnr_db": psnr(vae, held_out, torch.device("cpu"), count)}


@torch.no_grad()
def denoising_metrics(model: Model, held_out: Images, count: int) -> dict[str, float]:
    """Returns the mean squared error of v on held-out images, in the model's own latents, at cfg_scale 1."""
    networks, side = model.networks(), held_out.size // FACTOR
    vae = open_part(model.folder, "vae").to(memory_format=torch.channels_last)
    images = next(held_out.batches(count))
    latents = torch.cat([vae.encoder(to_tensor(image[None], torch.device("cpu"))) for image in images])
    captions = {side: [label.caption for label in held_out.labels[:count]]}
    examples = Examples({side: latents[None].half()}, captions)
    tokenizer = CLIPTokenizer.from_pretrained(model.folder / "tokenizer")
    task = DenoiserTask(networks, Dataset(examples, examples, tokenizer), (SizeShare(side, 1),), _CPU)
    unet: Any = networks["unet"]
    width = unet.config.get("time_cond_proj_dim")
    if width is None:
        return {"held_out_v_mse": task.measure(networks)[f"held_out_{side}"]}
    batch = task.held_out_batch(side, 0, count)
    scale = guidance_embedding(torch.ones(len(batch.clean)), width)
    difference = task.predict(networks, batch, scale) - task.target(batch)
    return {"held_out_v_mse": float(difference.square().mean())}


def prompt_metrics(
    diffuser: Diffuser,
    classifier: SceneClassifier,
    held_out: Images,
    settings: GenerationSettings,
    count: int,
) -> dict[str, float]:
    """Returns how well generated images match their prompts, and how far they are from rendered ones.

    Args:
        diffuser: Diffuser of the model.
        classifier: Classifier that recognizes kind and time.
        held_out: Images to compare with, whose captions are the prompts.
        settings: Settings of the generation.
        count: Number of prompts.
    """
    labels = held_out.labels[:count]
    images = [generate_image(diffuser, label.caption, settings, 1000 + i) for i, label in enumerate(labels)]
    inputs = torch.cat([downscale(image[None].clamp(0, 1) * 255).round().byte() for image in images])
    generated, rendered = classify(classifier, inputs), classify(classifier, classifier_inputs(held_out))
    return {
        "prompts": float(len(labels)),
        "kind_accuracy": accuracy(generated.kinds, [label.kind for label in labels]),
        "time_accuracy": accuracy(generated.times, [time_in_caption(label) for label in labels]),
        "frechet_distance": frechet_distance(generated.features, rendered.features),
    }


def classifier_metrics(classifier: SceneClassifier, held_out: Images) -> dict[str, float]:
    """Returns the accuracy of the classifier itself on held-out images, which limits the other metrics."""
    predictions = classify(classifier, classifier_inputs(held_out))
    return {
        "judge_kind_accuracy": accuracy(predictions.kinds, [label.kind for label in held_out.labels]),
        "judge_time_accuracy": accuracy(predictions.times, [label.time for label in held_out.labels]),
    }


def film_metrics(diffuser: Diffuser, settings: GenerationSettings, frames: int) -> dict[str, float]:
    """Returns the change of contrast, detail and color in a zoom, from its first to its last frames."""
    results = [_drift(diffuser, prompt, settings, frames) for prompt in _FILM_PROMPTS]
    return {name: statistics.fmean(r[name] for r in results) for name in results[0]}


def _drift(diffuser: Diffuser, prompt: str, settings: GenerationSettings, frames: int) -> dict[str, float]:
    metrics, last = [], None
    for index, image in enumerate(generate_zoom(diffuser, prompt, settings, frames)):
        metrics.append(frame_metrics(index, image.clamp(0, 1), last))
        last = image.clamp(0, 1)
    first, end = metrics[:_ENDS], metrics[-_ENDS:]
    colors = [abs(_mean(end, name) - _mean(first, name)) for name in ("red", "green", "blue")]
    return {
        "film_contrast_ratio": _mean(end, "contrast") / _mean(first, "contrast"),
        "film_detail_ratio": _mean(end, "detail") / _mean(first, "detail"),
        "film_color_drift": statistics.fmean(colors),
        "film_flicker": statistics.fmean(one.flicker for one in metrics[1:]),
    }


def _mean(metrics: Sequence[FrameMetrics], name: str) -> float:
    return statistics.fmean(getattr(one, name) for one in metrics)


def speed_metrics(diffuser: Diffuser, settings: GenerationSettings) -> dict[str, float]:
    """Returns the median seconds and CPU seconds of generating one image."""
    generate_image(diffuser, "a lake", settings, 0)
    wall, cpu = [], []
    for seed in range(_TIMED):
        start, cpu_start = time.perf_counter(), time.process_time()
        generate_image(diffuser, "a lake", settings, seed)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - cpu_start)
    name = f"seconds_{settings.size}"
    return {name: statistics.median(wall), f"cpu_{name}": statistics.median(cpu)}
