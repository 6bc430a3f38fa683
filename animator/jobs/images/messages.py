"""What a worker process and the program that has it say to each other about images."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from animator.jobs.images.work import ImageWork, MadeImage
from animator.jobs.job import JobError


@dataclass(frozen=True)
class ImageOrder:
    """To a worker: make these images, at once or between two frames of a film.

    Attributes:
        order: The order's id.
        work: What to make.
        folder: Where the images are kept; None keeps none.
    """

    order: str
    work: ImageWork
    folder: Path | None = None


class End(Enum):
    """How images end before their last step."""

    SKIP = "skip"
    """Take the images of this batch as they are, and go on with the next batch."""
    INTERRUPT = "interrupt"
    """Take them as they are, and make no more."""


@dataclass(frozen=True)
class EndImages:
    """To a worker: end an order early.

    Attributes:
        order: The order's id.
        how: How it ends.
    """

    order: str
    how: End


@dataclass(frozen=True)
class ImageProgress:
    """How far an order is.

    Attributes:
        image: Number of the image, from 0.
        images: Number of images.
        step: Steps of this image that are done in its pass.
        steps: Number of steps of this pass.
        share: Share of all the work that is done, in [0, 1].
        seconds: Time since the work began.
        preview: The image so far, as a JPEG file; empty before the first.
    """

    image: int = 0
    images: int = 1
    step: int = 0
    steps: int = 0
    share: float = 0.0
    seconds: float = 0.0
    preview: bytes = b""

    @property
    def eta_s(self) -> float:
        """Seconds until it is done; 0 where the pace is not known yet."""
        return self.seconds / self.share * (1 - self.share) if self.share else 0.0


@dataclass(frozen=True)
class ImageBegan:
    """From a worker: it works at an order."""

    order: str


@dataclass(frozen=True)
class ImageAdvanced:
    """From a worker: an order is further."""

    order: str
    progress: ImageProgress


@dataclass(frozen=True)
class ImageMade:
    """From a worker: an image of an order is finished."""

    order: str
    image: MadeImage


@dataclass(frozen=True)
class ImagesEnded:
    """From a worker: it has nothing more to do for an order.

    Attributes:
        order: The order's id.
        error: Why it failed; None if it did not.
    """

    order: str
    error: JobError | None = None


FromImageWorker = ImageBegan | ImageAdvanced | ImageMade | ImagesEnded
