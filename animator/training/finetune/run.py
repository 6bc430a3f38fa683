"""`train_model`: a training from its settings to its result, in a run folder in which it resumes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from numpy.random import default_rng

from animator._version import __version__
from animator.core.atomic import atomic_write
from animator.core.make_folder import make_folder
from animator.core.read import UnreadableError, read_text
from animator.errors import RunError
from animator.generation.progress import StopSignal
from animator.models.device import choose_device
from animator.runs.run_lock import RunLock
from animator.training.finetune.attach import attach
from animator.training.finetune.check import Checked
from animator.training.finetune.class_images import examples_of_classes, generate_missing
from animator.training.finetune.data.batches import Order
from animator.training.finetune.data.examples import Example
from animator.training.finetune.data.latents import LatentStore
from animator.training.finetune.data.prompts import templates_of
from animator.training.finetune.full_disk import tells_how_to_resume
from animator.training.finetune.loop import Loop
from animator.training.finetune.objective import Objective, Share
from animator.training.finetune.open_model import (
    Taught,
    open_model,
    open_pipeline,
    size_step_of,
    trainee_of,
)
from animator.training.finetune.optimizer import Updater
from animator.training.finetune.previews import MOST_DEFAULT, Previews
from animator.training.finetune.rates import RateSchedule
from animator.training.finetune.result import result_path
from animator.training.finetune.settings import Kind, TrainingSettings
from animator.training.finetune.state import State
from animator.training.finetune.told import SILENT, Reports, TrainingPhase

SETTINGS = "training.json"
"""The file, in a run folder, with the settings of its training."""
_LATENTS = "latents"
_FREE = ("save_every", "overwrite", "steps")
"""Settings that may differ when a training resumes."""


@dataclass(frozen=True)
class Trained:
    """A training after a session.

    Attributes:
        folder: The run folder.
        result: The file, or for dreambooth the folder; None where the training was stopped before its end.
    """

    folder: Path
    result: Path | None


def train_model(
    checked: Checked,
    folder: Path,
    *,
    device: str | torch.device = "auto",
    reports: Reports = SILENT,
    stop: StopSignal | None = None,
) -> Trained:
    """Runs a training, or resumes it.

    Args:
        checked: The training; see `check_training`.
        folder: The run folder; a training of the same settings in it is resumed.
        device: "auto", "cpu", "cuda", "mps" or a torch device.
        reports: Is told about it.
        stop: Once it is set, the training stops after the current step.

    Raises:
        RunError: The folder has a training of other settings, or another process trains in it.
        AnimatorError: The training failed, or the disk is full; the last state is kept.
    """
    make_folder(folder)
    lock = RunLock(folder)
    lock.acquire()
    try:
        with tells_how_to_resume(folder):
            _keep_settings(folder, checked.settings)
            return _train(checked, folder, choose_device(device), reports, stop)
    finally:
        lock.release()


def _train(
    checked: Checked, folder: Path, device: torch.device, reports: Reports, stop: StopSignal | None
) -> Trained:
    settings = checked.settings
    if not _make_class_images(checked, folder, device, reports, stop):
        return Trained(folder, None)
    examples = (*checked.examples, *examples_of_classes(settings, folder))
    reports.phase(TrainingPhase.LOADING, 0, 1)
    pipeline = open_pipeline(settings, device)
    taught = open_model(pipeline, settings, device)
    latents = _latents(settings, taught, examples, folder, device, reports)
    target = attach(settings, taught, pipeline)
    trainee = trainee_of(taught, settings, target, device)
    rate, text_rate = RateSchedule.parse(settings.rate), RateSchedule.parse(settings.text_rate)
    updater = Updater.of(target, rate, text_rate, settings.optimizer)
    state = State({**target.image_weights, **target.text_weights}, updater.optimizer)
    templates = templates_of(settings, checked.lines)
    objective = Objective(
        trainee,
        examples,
        latents,
        templates,
        _shares(settings, examples, latents),
        settings.loss,
        settings.seed,
        settings.data.flip,
    )
    prompts = settings.preview.prompts or _first_prompts(checked)
    metadata = _metadata(settings, trainee.family, len(checked.examples))
    previews = Previews(settings, trainee, prompts, folder, folder)
    preview = partial(_preview, previews, lambda: target.write(folder, metadata), reports, settings.kind)
    if not Loop(settings, objective, updater, state, folder, reports.step, preview).run(stop):
        return Trained(folder, None)
    path = result_path(settings)
    make_folder(path.parent)
    return Trained(folder, target.write(path.parent, metadata))


def _latents(
    settings: TrainingSettings,
    taught: Taught,
    examples: Sequence[Example],
    folder: Path,
    device: torch.device,
    reports: Reports,
) -> LatentStore:
    """Returns the latents of the examples, encoded."""
    size, multiple = settings.size or (0, 0), size_step_of(taught)
    latents = LatentStore(folder / _LATENTS, examples, settings.data, size, multiple)
    latents.encode(taught.autoencoder, device, partial(reports.phase, TrainingPhase.ENCODING_IMAGES))
    return latents


def _preview(
    previews: Previews, write: Callable[[], object], reports: Reports, kind: Kind, step: int
) -> None:
    """Makes the sheet of a step, unless a session before did, which ended behind it."""
    if previews.path(step).is_file():
        return
    reports.phase(TrainingPhase.PREVIEWING, 0, 1)
    if kind == "embedding":  # prompts find it by its file
        write()
    previews.make(step)
    reports.sheet(step)


def _make_class_images(
    checked: Checked, folder: Path, device: torch.device, reports: Reports, stop: StopSignal | None
) -> bool:
    """Generates the class images that are missing; returns False where a stop was requested."""
    for index, concept in enumerate(checked.settings.concepts):
        if concept.class_prompt:
            instances = sum(example.concept == index for example in checked.examples)
            for done, wanted in generate_missing(checked.settings, instances, index, folder, device, stop):
                reports.phase(TrainingPhase.CLASS_IMAGES, done, wanted)
    return stop is None or not stop.is_set


def _shares(
    settings: TrainingSettings, examples: tuple[Example, ...], latents: LatentStore
) -> tuple[Share, ...]:
    """Returns the instance images, and those of classes where there are any."""
    shares = []
    for is_class, weight in ((False, 1.0), (True, settings.loss.prior_weight)):
        members = [
            index
            for index, example in enumerate(examples)
            if example.is_class == is_class
            for _ in range(1 if is_class else settings.concepts[example.concept].repeats)
        ]
        if members:
            order = Order(members, latents.sizes, settings.batch, (settings.seed, int(is_class)))
            shares.append(Share(order, weight))
    return tuple(shares)


def _first_prompts(checked: Checked) -> tuple[str, ...]:
    """Returns prompts for the sheets of a training that names none: those of the first images."""
    templates = templates_of(checked.settings, checked.lines)
    rng = default_rng(checked.settings.seed)
    prompts = dict.fromkeys(templates.prompt(example, rng) for example in checked.examples)
    return tuple(prompts)[:MOST_DEFAULT]


def _metadata(settings: TrainingSettings, family: str, images: int) -> Mapping[str, str]:
    """Returns a result's metadata, by kohya's names, which other programs show."""
    bases = {"sd1": "sd_v1", "sd2": "sd_v2", "sdxl": "sdxl_base_v1-0"}
    trigger = settings.trigger or settings.concepts[0].prompt or settings.name
    return {
        "ss_output_name": settings.name,
        "ss_sd_model_name": settings.model,
        "ss_base_model_version": bases.get(family, family),
        "ss_steps": str(settings.steps),
        "ss_learning_rate": settings.rate,
        "ss_text_encoder_lr": settings.text_rate,
        "ss_resolution": f"({(settings.size or (0, 0))[0]}, {(settings.size or (0, 0))[1]})",
        "ss_seed": str(settings.seed),
        "ss_num_train_images": str(images),
        "ss_tag_frequency": json.dumps({settings.name: {trigger: images}}),
        "modelspec.title": settings.name,
        "modelspec.trigger_phrase": trigger,
        "animator_version": __version__,
    }


def _keep_settings(folder: Path, settings: TrainingSettings) -> None:
    """Writes the settings into the run folder, or compares them with those that are there.

    Raises:
        RunError: The folder has a training of other settings.
    """
    path = folder / SETTINGS
    values = settings.model_dump(mode="json")
    if path.is_file():
        old = _read_settings(path)
        names = [name for name in values if name not in _FREE and old.get(name) != values[name]]
        if names:
            raise RunError(
                f"{folder}: has a training with other settings: {', '.join(names)}; give it the same ones to "
                "resume it, or choose another folder"
            )
    atomic_write(path, f"{json.dumps(values, indent=2)}\n".encode())


def _read_settings(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(read_text(path, 10_000_000))
    except (UnreadableError, ValueError) as error:
        raise RunError(f"{path}: cannot be read: {error}; choose another folder") from error
    return values if isinstance(values, dict) else {}
