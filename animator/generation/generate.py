"""`generate`: images from a prompt or settings; `generate_each`: the same, each as soon as it is finished."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from animator.generation.adapters import image_prompts_of, resized
from animator.generation.canvas import Canvas, canvas_of
from animator.generation.controls import controls_of
from animator.generation.draft import ARGUMENTS, draft_of, override
from animator.generation.hires import SecondPass, hires_size, latent_diffuser
from animator.generation.image import GeneratedImage
from animator.generation.infotext import infotext_of
from animator.generation.models import open_model
from animator.generation.preflight import check_images
from animator.generation.progress import Observer, PassObserver, StopSignal, Watch
from animator.generation.requests import Seeds, prompt_of, request_of, seeds_of, with_seeds
from animator.generation.settings import ImageSettings
from animator.images.image import to_uint8
from animator.models.device import choose_device
from animator.models.diffusion.batch import generate_batch
from animator.models.diffusion.checkpoints.model_info import short_hash
from animator.models.diffusion.inpaint import inpaint_all
from animator.models.diffusion.latent_start import LatentStart
from animator.models.diffusion.observer import GenerationStopped
from animator.models.diffusion.one_at_a_time import hold
from animator.models.diffusion.request import Diffuser, GenerationRequest, steps_run
from animator.models.faces.restore import FaceRestorer, open_or_leave, restore_faces
from animator.models.folders import model_folders
from schedules import PromptFrame


def generate(
    settings: str | Mapping[str, Any] | ImageSettings = "",
    *,
    diffuser: Diffuser | None = None,
    device: str | torch.device = "auto",
    observer: Observer | None = None,
    stop: StopSignal | None = None,
    **more: Any,
) -> list[GeneratedImage]:
    """Returns images generated from a prompt, over an image, inside a mask, or beyond an edge.

    Example:
        Two images, saved with how they were made::

            for image in animator.generate("a lake at dawn", size=(256, 192), seed=7, count=2):
                image.save(f"lake-{image.seed}.png")

    Args:
        settings: A prompt; a mapping with the structure of `ImageSettings`; or `ImageSettings`.
        diffuser: The diffusion model; None opens the one in the settings.
        device: "auto", "cpu", "cuda", "mps" or a torch device.
        observer: Is called with each `GenerationStep`; what it raises ends the call.
        stop: A `StopToken`, or anything with `is_set`; once it is set, the images so far are returned.
        more: Settings by name, such as `steps=12` and `hires={"scale": 2}`; they come first.

    Raises:
        PresetError: With every mistake in the settings, before a model is loaded.
        AnimatorError: The generation failed.
    """
    each = generate_each(settings, diffuser=diffuser, device=device, observer=observer, stop=stop, **more)
    return list(each)


def generate_each(
    settings: str | Mapping[str, Any] | ImageSettings = "",
    *,
    diffuser: Diffuser | None = None,
    device: str | torch.device = "auto",
    observer: Observer | None = None,
    stop: StopSignal | None = None,
    **more: Any,
) -> Iterator[GeneratedImage]:
    """Yields what `generate` returns, each batch as soon as it is finished.

    The settings are checked at once, before the first image is asked for; arguments and errors as `generate`.
    """
    draft, problems = override(draft_of(settings), more, ARGUMENTS)
    checked = with_seeds(check_images(draft, problems, opens_model=diffuser is None))
    chosen = choose_device(device)
    canvas = canvas_of(checked, chosen)
    checked = checked.model_copy(update={"size": canvas.size})
    restorer = _restorer_of(checked, chosen)
    job = _Job(checked, canvas, prompt_of(checked), diffuser or open_model(checked, chosen), chosen, restorer)
    return job.run(observer, stop)


def _restorer_of(settings: ImageSettings, device: torch.device) -> FaceRestorer | None:
    faces = settings.face_restoration
    folders = model_folders(settings.model_folders)
    return open_or_leave(faces.model, faces.detector, device, folders) if faces.enabled else None


@dataclass(frozen=True, eq=False)
class _Job:
    """Images to generate.

    Attributes:
        settings: Checked, with size and seeds.
        canvas: What each starts from.
        prompt: The prompts.
        diffuser: The diffusion model.
        device: Device of the images.
        restorer: Restores faces; None for none.
    """

    settings: ImageSettings
    canvas: Canvas
    prompt: PromptFrame
    diffuser: Diffuser
    device: torch.device
    restorer: FaceRestorer | None

    def run(self, observer: Observer | None, stop: StopSignal | None) -> Iterator[GeneratedImage]:
        """Yields the images; ends early once a stop is requested."""
        first = self._first_request()
        second = self._second_pass(first)
        steps = steps_run(self.diffuser, first) + (second.steps_run(first) if second else 0)
        watch = Watch(self.settings.images, steps, observer, stop)
        remaining, number = seeds_of(self.settings), 0
        while (seeds := list(islice(remaining, self.settings.batch))) and not watch.is_stopped:
            requests = [
                replace(
                    first,
                    seed=own.seed,
                    subseed=own.subseed,
                    observer=PassObserver(watch, number + index, 0),
                )
                for index, own in enumerate(seeds)
            ]
            try:
                images = self._passes(requests, second, watch, number)
            except GenerationStopped:
                if watch.is_stopped:
                    return
                raise
            for index, (image, own) in enumerate(zip(images, seeds, strict=True)):
                watch.finish(number + index, steps)
                yield self._finished(image, own, number + index)
            number += len(seeds)

    def _first_request(self) -> GenerationRequest:
        """Returns the request that all images share, but for seeds and observers."""
        request = request_of(self.settings, self.canvas, self.prompt, next(seeds_of(self.settings)))
        if self.canvas.is_latent and self.canvas.image is not None:
            source = latent_diffuser(self.diffuser, "init.resize")
            with hold(self.diffuser):
                request = replace(request, latent=LatentStart(source.encode(self.canvas.image)))
        controls = controls_of(self.settings, self.canvas, request, self.device)
        prompts = image_prompts_of(self.settings, self.canvas, self.device)
        return replace(request, controls=controls, image_prompts=prompts)

    def _second_pass(self, first: GenerationRequest) -> SecondPass | None:
        if not self.settings.hires.acts:
            return None
        canvas = replace(self.canvas, size=hires_size(self.settings, self.canvas.size))
        controls = controls_of(self.settings, canvas, first, self.device)
        prompts = resized(image_prompts_of(self.settings, canvas, self.device), first.image_prompts)
        folders = model_folders(self.settings.model_folders)
        return SecondPass(self.settings, self.diffuser, self.device, folders, controls, prompts)

    def _passes(
        self, requests: Sequence[GenerationRequest], second: SecondPass | None, watch: Watch, number: int
    ) -> list[Tensor]:
        """Returns the images (3, H, W) of a batch, whose first image has a number."""
        if second is not None:
            before = steps_run(self.diffuser, requests[0])
            requests = [
                replace(request, observer=PassObserver(watch, number + index, before))
                for index, request in enumerate(second.starts(requests))
            ]

        def together(parts: Sequence[GenerationRequest]) -> list[Tensor]:
            return generate_batch(self.diffuser, parts, exact=self.settings.exact)

        # Diffusers of plug-ins expect images of the request's size.
        is_part = self.canvas.image_size != self.canvas.size
        return inpaint_all(together, requests) if is_part else together(requests)

    def _finished(self, image: Tensor, seeds: Seeds, index: int) -> GeneratedImage:
        update = {"seed": seeds.seed, "subseed": seeds.subseed, "count": 1, "batch": 1}
        own = self.settings.model_copy(update=update)
        text = infotext_of(own, self.prompt, short_hash(self.diffuser, own.model))
        return GeneratedImage(to_uint8(self._restored(image)), own, text, index)

    def _restored(self, image: Tensor) -> Tensor:
        """Returns an image with its faces restored, where that is wanted."""
        if self.restorer is None:
            return image
        faces = self.settings.face_restoration
        return restore_faces(image, self.restorer, faces.strength, faces.fidelity)
