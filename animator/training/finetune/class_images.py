"""Images of a concept's class for prior preservation: those that are missing are generated."""

from collections.abc import Iterator
from pathlib import Path

import torch

from animator.core.confinement import named_path
from animator.generation.generate import generate_each
from animator.generation.progress import StopSignal
from animator.generation.settings import ImageSettings
from animator.training.finetune.data.examples import Example, class_examples, count_images
from animator.training.finetune.settings import TrainingSettings

FOLDER = "class"
PER_INSTANCE = 4
"""Class images for each instance image, where their number is left open."""


def class_folder(settings: TrainingSettings, index: int, run: Path) -> Path:
    """Returns the folder of a concept's class images: its own, or one in the run folder."""
    own = settings.concepts[index].class_folder
    return named_path(own) if own else run / FOLDER / str(index)


def generate_missing(
    settings: TrainingSettings,
    instances: int,
    index: int,
    run: Path,
    device: torch.device,
    stop: StopSignal | None,
) -> Iterator[tuple[int, int]]:
    """Generates the class images that are missing, in the run folder; yields how many there are, of how many.

    Args:
        settings: The training, open values filled.
        instances: Number of the concept's images.
        index: The concept.
        run: The run folder.
        device: Device that generates.
        stop: Ends it early.
    """
    concept, preview = settings.concepts[index], settings.preview
    folder = class_folder(settings, index, run)
    wanted = concept.class_images or instances * PER_INSTANCE
    if concept.class_folder and not concept.class_images:
        return
    have = count_images(folder)
    if have >= wanted:
        return
    added = run / FOLDER / str(index)
    added.mkdir(parents=True, exist_ok=True)
    image = ImageSettings(
        prompt=concept.class_prompt,
        seed=settings.seed + have,
        count=wanted - have,
        steps=preview.steps,
        cfg_scale=preview.cfg_scale,
        sampler=preview.sampler,
        size=settings.size,
        model=settings.model,
        model_folders=settings.model_folders,
    )
    for made in generate_each(image, device=device, stop=stop):
        have += 1
        made.save(added / f"{have:05d}.png", force=True)
        yield have, wanted


def examples_of_classes(settings: TrainingSettings, run: Path) -> tuple[Example, ...]:
    """Returns the class images of all concepts."""
    found: list[Example] = []
    for index, concept in enumerate(settings.concepts):
        if concept.class_prompt:
            own, made = class_folder(settings, index, run), run / FOLDER / str(index)
            for folder in dict.fromkeys((own, made)):
                found += class_examples(concept, index, folder)
    return tuple(found)
