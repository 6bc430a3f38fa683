"""The measurements, each a few named numbers of one model."""

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
from animator.training.evaluation.classifier import Judge, accuracy, asked_time, judged, shrunk, small
from animator.training.evaluation.drawing import Manner, drawn, zoom
from animator.training.evaluation.frechet import frechet_distance
from animator.training.networks import FACTOR, embedded, open_part

_CPU = Compute(torch.device("cpu"))
_FILM_PROMPTS = ("desert dunes at sunset", "a lake with mountains at night, aurora")
_ENDS = 5  # frames at each end of a film that are averaged
_TIMED = 5  # frames


@dataclass(frozen=True)
class Model:
    """A diffusers folder on disk."""

    folder: Path

    def networks(self) -> nn.ModuleDict:
        """U-Net and text encoder in single precision."""
        return nn.ModuleDict({name: open_part(self.folder, name) for name in ("unet", "text_encoder")}).eval()


def coding(model: Model, held_out: Images, count: int) -> dict[str, float]:
    """PSNR of held-out images after coding, in dB."""
    vae = open_part(model.folder, "vae").to(memory_format=torch.channels_last)
    return {"psnr_db": psnr(vae, held_out, torch.device("cpu"), count)}


@torch.no_grad()
def denoising(model: Model, held_out: Images, count: int) -> dict[str, float]:
    """Mean squared error of v on held-out images in the model's own latents, at cfg_scale 1."""
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
    scale = embedded(torch.ones(len(batch.clean)), width)
    wrong = task.predicted(networks, batch, scale) - task.target(batch)
    return {"held_out_v_mse": float(wrong.square().mean())}


def prompting(
    diffuser: Diffuser, judge: Judge, held_out: Images, manner: Manner, count: int
) -> dict[str, float]:
    """How often the judge sees what was asked, and how far the images are from true ones.

    Args:
        diffuser: The model.
        judge: Of images.
        held_out: Their captions are the prompts, and they are what the drawn images are compared to.
        manner: How is drawn.
        count: Prompts.
    """
    labels = held_out.labels[:count]
    images = [drawn(diffuser, label.caption, manner, 1000 + i) for i, label in enumerate(labels)]
    seen = torch.cat([shrunk(image[None].clamp(0, 1) * 255).round().byte() for image in images])
    said, true = judged(judge, seen), judged(judge, small(held_out))
    return {
        "prompts": float(len(labels)),
        "kind_accuracy": accuracy(said.kinds, [label.kind for label in labels]),
        "time_accuracy": accuracy(said.times, [asked_time(label) for label in labels]),
        "frechet_distance": frechet_distance(said.features, true.features),
    }


def judging(judge: Judge, held_out: Images) -> dict[str, float]:
    """How far the judge itself can be trusted: its accuracy on true held-out images."""
    said = judged(judge, small(held_out))
    return {
        "judge_kind_accuracy": accuracy(said.kinds, [label.kind for label in held_out.labels]),
        "judge_time_accuracy": accuracy(said.times, [label.time for label in held_out.labels]),
    }


def film(diffuser: Diffuser, manner: Manner, frames: int) -> dict[str, float]:
    """What a zoom does to contrast, detail and color: its last frames against its first."""
    results = [_drift(diffuser, prompt, manner, frames) for prompt in _FILM_PROMPTS]
    return {name: statistics.fmean(r[name] for r in results) for name in results[0]}


def _drift(diffuser: Diffuser, prompt: str, manner: Manner, frames: int) -> dict[str, float]:
    vitals, last = [], None
    for index, image in enumerate(zoom(diffuser, prompt, manner, frames)):
        vitals.append(frame_metrics(index, image.clamp(0, 1), last))
        last = image.clamp(0, 1)
    first, end = vitals[:_ENDS], vitals[-_ENDS:]
    colors = [abs(_mean(end, name) - _mean(first, name)) for name in ("red", "green", "blue")]
    return {
        "film_contrast_ratio": _mean(end, "contrast") / _mean(first, "contrast"),
        "film_detail_ratio": _mean(end, "detail") / _mean(first, "detail"),
        "film_color_drift": statistics.fmean(colors),
        "film_flicker": statistics.fmean(v.flicker for v in vitals[1:]),
    }


def _mean(vitals: Sequence[FrameMetrics], name: str) -> float:
    return statistics.fmean(getattr(v, name) for v in vitals)


def speed(diffuser: Diffuser, manner: Manner) -> dict[str, float]:
    """Median seconds and CPU seconds of drawing one image."""
    drawn(diffuser, "a lake", manner, 0)
    wall, cpu = [], []
    for seed in range(_TIMED):
        began, used = time.perf_counter(), time.process_time()
        drawn(diffuser, "a lake", manner, seed)
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    name = f"seconds_{manner.size}"
    return {name: statistics.median(wall), f"cpu_{name}": statistics.median(cpu)}
