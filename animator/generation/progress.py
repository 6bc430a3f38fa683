"""Progress of a generation, step by step: `GenerationStep`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from animator.models.diffusion.observer import GenerationStopped, Preview


@dataclass(frozen=True, eq=False)
class GenerationStep:
    """One step of one image.

    Attributes:
        image: Number of the image, from 0.
        images: Number of images.
        step: The step, from 0, within its pass.
        steps: Number of steps of this pass.
        progress: Share of the work of all images that is done, in (0, 1].
        preview: Computes a preview of the image so far, uint8 RGB (h, w, 3); free unless it is called.
    """

    image: int
    images: int
    step: int
    steps: int
    progress: float
    preview: Preview = field(repr=False)


Observer = Callable[[GenerationStep], None]


class StopSignal(Protocol):
    """Tells whether a stop was requested; `StopToken` does."""

    @property
    def is_set(self) -> bool:
        """True once it was."""
        ...


class Watch:
    """Counts the steps of all images, tells an observer, and stops where a signal says so."""

    def __init__(self, images: int, steps: int, observer: Observer | None, stop: StopSignal | None) -> None:
        """Starts before the first step.

        Args:
            images: Number of images.
            steps: Steps of each image, in all passes.
            observer: Is told about each step.
            stop: Stops the generation.
        """
        self._images = images
        self._steps = steps
        self._observer = observer
        self._stop = stop
        self._done: dict[int, int] = {}

    @property
    def is_stopped(self) -> bool:
        """True once a stop was requested."""
        return self._stop is not None and self._stop.is_set

    def finish(self, image: int, steps: int) -> None:
        """Counts the first steps of an image as done, also those that its diffuser did not report."""
        self._done[image] = steps

    def report(self, step: GenerationStep, before: int) -> None:
        """Tells the observer about a step.

        Args:
            step: The step; its progress is filled in.
            before: Steps of this image in earlier passes.

        Raises:
            GenerationStopped: A stop was requested.
        """
        if self.is_stopped:
            raise GenerationStopped
        self._done[step.image] = before + step.step + 1
        if self._observer is not None:
            share = min(1.0, sum(self._done.values()) / (self._images * self._steps))
            self._observer(
                GenerationStep(step.image, self._images, step.step, step.steps, share, step.preview)
            )


class PassObserver:
    """The `StepObserver` of one pass of one image."""

    def __init__(self, watch: Watch, image: int, before: int) -> None:
        """Reports to a watch.

        Args:
            watch: Counts the steps.
            image: Number of the image.
            before: Steps of this image in earlier passes.
        """
        self._watch = watch
        self._image = image
        self._before = before

    def step(self, index: int, total: int, preview: Preview) -> None:
        """Reports a step."""
        self._watch.report(GenerationStep(self._image, 0, index, total, 0.0, preview), self._before)
