"""A whole evaluation: every number and a contact sheet, into the training_run's folder `evaluation`."""

import json
from pathlib import Path

import cv2
import torch

from animator.core.atomic import atomic_write
from animator.models.diffusion.stable import open_diffuser
from animator.training import data
from animator.training.evaluation import measures
from animator.training.evaluation.classifier import Judge, trained_judge
from animator.training.evaluation.drawing import Manner, drawn
from animator.training.evaluation.sheets import PROMPTS, sheet
from animator.training.recipes import Extent

FOR_JUDGE = 2_000_000  # first seed of the judge's images
_JUDGE_SIZE = 128
_CODED, _DENOISED = 64, 128  # held-out images


def evaluated(model: Path, training_run: Path, manner: Manner, extent: Extent, name: str) -> str:
    """Measures a model; writes `<name>.json` and `<name>.png`, a contact sheet, and returns the JSON.

    Args:
        model: Diffusers folder of a model of ours.
        training_run: Folder of the trainings; images that are missing are made in it.
        manner: How is drawn.
        extent: How much is measured.
        name: Of the results.
    """
    folder = training_run / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    found = _measured(measures.Model(model), training_run, manner, extent)
    text = json.dumps({"manner": str(manner), **found}, indent=2) + "\n"
    atomic_write(folder / f"{name}.json", text.encode())
    _draw_sheet(model, manner, folder / f"{name}.png")
    return text


def _measured(model: measures.Model, training_run: Path, manner: Manner, extent: Extent) -> dict[str, float]:
    held_out = _images(training_run / "pictures" / "held_out-256", data.HELD_OUT, extent.held_out, 256)
    judge = _judge(training_run, extent)
    diffuser = open_diffuser(str(model.folder), torch.device("cpu"))
    large = Manner(manner.steps, manner.cfg_scale, manner.sampler, 512)
    return {
        **measures.judging(judge, held_out),
        **measures.coding(model, held_out, _CODED),
        **measures.denoising(model, held_out, _DENOISED),
        **measures.prompting(diffuser, judge, held_out, manner, extent.prompts),
        **measures.film(diffuser, manner, extent.frames),
        **measures.speed(diffuser, manner),
        **measures.speed(diffuser, large),
    }


def _judge(training_run: Path, extent: Extent) -> Judge:
    path = training_run / "evaluation" / "judge.safetensors"
    images = _images(training_run / "pictures" / "judge", FOR_JUDGE, extent.judge_images, _JUDGE_SIZE)
    return trained_judge(path, images, extent.judge_steps)


def _images(folder: Path, first: int, count: int, size: int) -> data.Images:
    for _ in data.make(folder, range(first, first + count), size, 1):
        pass
    return data.read(folder)


def _draw_sheet(model: Path, manner: Manner, path: Path) -> None:
    diffuser = open_diffuser(str(model), torch.device("cpu"))
    images = [drawn(diffuser, prompt, manner, 7) for prompt in PROMPTS]
    image = cv2.cvtColor(sheet(images, 4, 256), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", image)
    atomic_write(path, encoded.tobytes())
