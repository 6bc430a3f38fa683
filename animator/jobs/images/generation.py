"""Generates the images of an order, with the models that are open."""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from PIL import Image

from animator.core.atomic import atomic_write
from animator.core.make_folder import make_folder
from animator.errors import RunError
from animator.generation.draft import draft_of
from animator.generation.generate import generate_each
from animator.generation.image import GeneratedImage
from animator.generation.models import load_options, open_model
from animator.generation.preflight import check_images
from animator.generation.progress import GenerationStep
from animator.images.image import Image8
from animator.jobs.images.faces import open_restore
from animator.jobs.images.messages import ImageProgress
from animator.jobs.images.signals import EarlyEnd
from animator.jobs.images.work import Faces, Generation, MadeImage
from animator.models.diffusion.checkpoints.model_info import is_inpainting, short_hash
from animator.models.diffusion.observer import EnoughSteps
from animator.models.diffusion.request import Diffuser
from animator.presets.infotext import Infotext
from animator.runs.model_cache import DiffuserCache

REPORT_S, PREVIEW_S = 0.04, 0.2
"""Time between two reports of the progress, and between two previews."""
PREVIEW_SIDE, PREVIEW_QUALITY = 512, 80
"""Longer side of a preview in pixels, at most; quality of its JPEG file."""
_PREVIEW_SCALE = 8
"""Pixels of the image per pixel of the latent."""
Made = Callable[[MadeImage], None]
Advanced = Callable[[ImageProgress], None]


@dataclass(frozen=True)
class ImageTarget:
    """Where the images of an order are kept.

    Attributes:
        folder: The folder.
        stem: Beginning of their names.
    """

    folder: Path
    stem: str

    def write(self, index: int, png: bytes) -> Path:
        """Writes an image, and returns its path; raises an OSError or a RunError where that fails."""
        for folder in (self.folder.parent, self.folder):
            if folder.is_symlink():
                raise RunError(f"{folder}: is a symbolic link; expected a folder of images; remove the link")
        make_folder(self.folder)
        path = self.folder / f"{self.stem}-{index}.png"
        atomic_write(path, png)
        return path


@dataclass(frozen=True, eq=False)
class ImageReports:
    """Where reports about an order go.

    Attributes:
        made: Takes each finished image.
        advanced: Takes the progress.
    """

    made: Made
    advanced: Advanced


def generate(
    work: Generation,
    target: ImageTarget | None,
    device: torch.device,
    models: DiffuserCache,
    end: EarlyEnd,
    reports: ImageReports,
) -> None:
    """Generates images until all are made, or their end is asked for.

    Args:
        work: What to generate.
        target: Where they are kept; None keeps none.
        device: Device of images and models.
        models: The models that are open.
        end: Ends them early: those of the batch are taken as they are then.
        reports: Where reports go.

    Raises:
        PresetError: With every mistake in the settings.
        AnimatorError: The generation failed.
        OSError: An image cannot be written.
    """
    settings = check_images(draft_of(work.settings))
    finish = open_finish(work.faces, device)
    wanted = settings.model, load_options(settings)
    diffuser = models.open(wanted, device, lambda: open_model(settings, device))
    watcher = ImageWatcher(end, reports.advanced)
    images = generate_each(settings, diffuser=diffuser, device=device, observer=watcher.observe)
    for count, image in enumerate(images, start=1):
        reports.made(made_image(finish(image), diffuser, target))
        if count % settings.batch == 0:
            if end.is_interrupted:
                return
            end.begin_batch()


def open_finish(faces: Faces | None, device: torch.device) -> Callable[[GeneratedImage], GeneratedImage]:
    """Returns what restores the faces of generated images, and says so in their infotexts.

    Raises:
        ModelError: A model for that is not available.
    """
    if faces is None:
        return lambda image: image
    restore = open_restore(faces, device)

    def finish(image: GeneratedImage) -> GeneratedImage:
        parsed = Infotext.parse(image.infotext)
        fields = {**parsed.fields}
        version = {"Version": fields.pop("Version", "")}
        told = replace(parsed, fields={**fields, "Face restoration": faces.label, **version})
        return replace(image, pixels=restore(image.pixels), infotext=told.text)

    return finish


def made_image(image: GeneratedImage, diffuser: Diffuser, target: ImageTarget | None) -> MadeImage:
    """Returns a generated image as it is reported, kept where that is wanted."""
    png = image.encoded()
    return MadeImage(
        png,
        image.seed,
        image.subseed,
        image.infotext,
        image.settings.model_dump(mode="json"),
        short_hash(diffuser, image.settings.model),
        target.write(image.index, png) if target is not None else None,
        is_inpainting(diffuser, image.settings.model),
    )


class ImageWatcher:
    """Reports the steps of a generation, and ends it where that was asked for."""

    def __init__(self, end: EarlyEnd, advanced: Advanced) -> None:
        self._end = end
        self._advanced = advanced
        self._began = time.monotonic()
        self._reported = self._previewed = 0.0

    def observe(self, step: GenerationStep) -> None:
        """Reports a step."""
        if self._end.ends_batch:
            raise EnoughSteps
        now = time.monotonic()
        if now - self._reported < REPORT_S:
            return
        self._reported = now
        preview = b""
        if now - self._previewed >= PREVIEW_S:
            self._previewed = now
            preview = preview_jpeg(step.preview())
        self._advanced(
            ImageProgress(
                step.image, step.images, step.step + 1, step.steps, step.progress, now - self._began, preview
            )
        )


def preview_jpeg(pixels: Image8) -> bytes:
    """Returns a preview as a JPEG file, enlarged toward the size of the image.

    Args:
        pixels: uint8 RGB (h, w, 3), a pixel per pixel of the latent.
    """
    image = Image.fromarray(pixels)
    scale = min(_PREVIEW_SCALE, PREVIEW_SIDE / max(image.size))
    if scale > 1:
        size = round(image.width * scale), round(image.height * scale)
        image = image.resize(size, Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=PREVIEW_QUALITY)
    return buffer.getvalue()
