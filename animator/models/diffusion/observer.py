"""`StepObserver`, which watches a generation step by step and may stop it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeAlias

from torch import Tensor

from animator.errors import AnimatorError
from animator.images.image import Image8
from animator.models.diffusion.samplers.sampler import Denoise
from animator.models.diffusion.samplers.sigmas import step_of
from animator.models.diffusion.step_hook import begin_step

Preview: TypeAlias = "Callable[[], Image8]"
"""Returns a preview of the image so far, uint8 RGB (h, w, 3), a pixel per pixel of the latent."""


class GenerationStopped(AnimatorError):  # noqa: N818 (nothing went wrong)
    """An image was not finished, because whoever watched its generation stopped it."""

    def __init__(self) -> None:
        """Initializes the error; it has nothing to tell but that it happened."""
        super().__init__("the generation was stopped before the image was finished")


class EnoughSteps(GenerationStopped):
    """The image is to be taken as it is after this step; raised by an observer.

    Attributes:
        latents: The denoised latents (N, C, h, w) of all images of the batch; set by the model.
    """

    latents: Tensor | None = None


@contextmanager
def early_ends(latents: Tensor) -> Iterator[None]:
    """Gives an `EnoughSteps` that is raised within a `with` block the denoised latents of this step."""
    try:
        yield
    except EnoughSteps as enough:
        enough.latents = latents
        raise


def latents_of(enough: EnoughSteps) -> Tensor:
    """Returns the latents of an early end; raises the error itself where it came from outside of a step."""
    if enough.latents is None:
        raise enough
    return enough.latents


class StepObserver(Protocol):
    """Watches a generation.

    An observer that prints its progress:

        class Printer:
            def step(self, index: int, total: int, preview: Preview) -> None:
                print(f"step {index + 1} of {total}")
    """

    def step(self, index: int, total: int, preview: Preview) -> None:
        """Is called in each step, once the model has estimated the denoised image.

        Samplers that call the model twice in a step may report the next one early; those that choose their
        own sigmas may skip indices. Indices never repeat or descend within an attempt.

        Args:
            index: The step, from 0 on.
            total: Number of steps that run.
            preview: Computes a preview; costs nothing unless it is called, and holds for this step only.

        Raises:
            GenerationStopped: To end the generation here. The model stays usable.
            EnoughSteps: To end it with the image as it is now, and those of the same batch.
        """


class StepReports:
    """Reports each step of one generation once."""

    def __init__(self, observer: StepObserver, total: int, preview: Callable[[Tensor], Image8]) -> None:
        """Starts before the first step.

        Args:
            observer: Is told about the steps.
            total: Number of steps that run.
            preview: Returns the preview of a denoised latent (1, C, h, w).
        """
        self._observer = observer
        self._total = total
        self._preview = preview
        self._next = 0

    def report(self, index: int, denoised: Tensor) -> None:
        """Tells the observer about a step, unless it or a later one was reported before.

        Args:
            index: The step.
            denoised: Its denoised latent (1, C, h, w).
        """
        if index < self._next:
            return
        self._next = index + 1
        self._observer.step(index, self._total, lambda: self._preview(denoised))


def stepwise(denoise: Denoise, sigmas: Sequence[float], reports: Sequence[StepReports | None]) -> Denoise:
    """Returns a model that announces each step before it is made, and reports it afterwards.

    Args:
        denoise: The model; its latents (N, C, h, w) are those of N generations.
        sigmas: Sigmas of the generations.
        reports: Of each generation; None where nobody watches it.
    """

    def step_through(x: Tensor, sigma: float) -> Tensor:
        step = step_of(sigmas, sigma)
        begin_step(step, len(sigmas) - 1)
        denoised = denoise(x, sigma)
        with early_ends(denoised):
            for index, report in enumerate(reports):
                if report is not None:
                    report.report(step, denoised[index : index + 1])
        return denoised

    return step_through
