"""`VideoModel`: a network that generates the images between two images."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor


@dataclass(frozen=True, kw_only=True, eq=False)
class Between:
    """What a video model generates: the images between two images of a film.

    Attributes:
        frame: The frame of the last image, for messages.
        first: (3, H, W), the image before the others, RGB in [0, 1].
        last: (3, H, W), the image after them.
        count: Number of images between, at least 1.
        fps: Frames per second of the film.
        prompt: Plain text of what is seen.
        negative: Plain text of what is not to be seen.
        steps: Number of steps of the model's scheduler.
        guidance: Classifier-free guidance scale; up to 1 the negative prompt has no effect.
        seed: Of the noise.
    """

    frame: int
    first: Tensor
    last: Tensor
    count: int
    fps: float
    prompt: str
    negative: str
    steps: int
    guidance: float
    seed: int


class VideoModel(Protocol):
    """Generates the images between two images."""

    def __call__(self, between: Between) -> Tensor:
        """Returns the images between (count, 3, H, W), RGB in [0, 1], on the device of the first one."""
        ...
