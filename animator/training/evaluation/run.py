"""Evaluates a model: all metrics and a contact sheet, written to `evaluation` in a training run's folder."""

import json
from pathlib import Path

import cv2
import torch

from animator.core.atomic import atomic_write
from animator.models.diffusion.stable import open_diffuser
from animator.training import data
from animator.training.evaluation import metrics
from animator.training.evaluation.classifier import SceneClassifier, load_or_train
from animator.training.evaluation.contact_sheet import PROMPTS, contact_sheet
from animator.training.evaluation.generation import GenerationSettings, generate_image
from animator.training.recipes import EvaluationSize

FOR_CLASSIFIER = 2_000_000  # first seed of the classifier's training images
_CLASSIFIER_SIZE = 128  # pixels of these images
_ENCODED, _DENOISED = 64, 128  # held-out images


def evaluate_model(
    model: Path, run_folder: Path, settings: GenerationSettings, size: EvaluationSize, name: str
) -> str:
    """Measures a model; writes `<name>.json` and `<name>.png`, a contact sheet, and returns the JSON.

    Args:
        model: Diffusers folder of a model trained here.
        run_folder: Folder of the training run; missing images are rendered into it.
        settings: Settings of the generation.
        size: Size of the evaluation.
        name: Name of the results.
    """
    folder = run_folder / "evaluation"
    folder.mkdir(parents=True, exist_ok=True)
    results = _measure(metrics.Model(model), run_folder, settings, size)
    text = json.dumps({"manner": str(settings), **results}, indent=2) + "\n"
    atomic_write(folder / f"{name}.json", text.encode())
    _write_contact_sheet(model, settings, folder / f"{name}.png")
    return text


def _measure(
    model: metrics.Model, run_folder: Path, settings: GenerationSettings, size: EvaluationSize
) -> dict[str, float]:
    held_out = _images(run_folder / "pictures" / "held_out-256", data.HELD_OUT, size.held_out, 256)
    classifier = _classifier(run_folder, size)
    diffuser = open_diffuser(str(model.folder), torch.device("cpu"))
    large = GenerationSettings(settings.steps, settings.cfg_scale, settings.sampler, 512)
    return {
        **metrics.classifier_metrics(classifier, held_out),
        **metrics.autoencoder_metrics(model, held_out, _ENCODED),
        **metrics.denoising_metrics(model, held_out, _DENOISED),
        **metrics.prompt_metrics(diffuser, classifier, held_out, settings, size.prompts),
        **metrics.film_metrics(diffuser, settings, size.frames),
        **metrics.speed_metrics(diffuser, settings),
        **metrics.speed_metrics(diffuser, large),
    }


def _classifier(run_folder: Path, size: EvaluationSize) -> SceneClassifier:
    path = run_folder / "evaluation" / "judge.safetensors"
    images = _images(
        run_folder / "pictures" / "judge", FOR_CLASSIFIER, size.classifier_images, _CLASSIFIER_SIZE
    )
    return load_or_train(path, images, size.classifier_steps)


def _images(folder: Path, first: int, count: int, size: int) -> data.Images:
    for _ in data.make_shards(folder, range(first, first + count), size, 1):
        pass
    return data.read_images(folder)


def _write_contact_sheet(model: Path, settings: GenerationSettings, path: Path) -> None:
    diffuser = open_diffuser(str(model), torch.device("cpu"))
    images = [generate_image(diffuser, prompt, settings, 7) for prompt in PROMPTS]
    image = cv2.cvtColor(contact_sheet(images, 4, 256), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".png", image)
    atomic_write(path, encoded.tobytes())
