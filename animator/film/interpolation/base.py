"""The seam to whatever makes up images between two images, and the stream of them."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import torch
from torch import Tensor

from animator.images.image import Image8, from_uint8, to_uint8


class FrameInterpolator(Protocol):
    """Whatever makes up the images between two images."""

    def __call__(self, first: Tensor, second: Tensor, times: tuple[float, ...]) -> Iterator[Tensor]:
        """The images (3, H, W), [0, 1], at moments between two.

        Args:
            first: (3, H, W), [0, 1], at time 0.
            second: (3, H, W), [0, 1], at time 1.
            times: Moments, above 0 and below 1.
        """
        ...


def interpolate(
    images: Iterable[Image8], between: FrameInterpolator, amount: int, device: torch.device | str = "cpu"
) -> Iterator[Image8]:
    """So many images for each one, uint8 RGB (H, W, 3): itself, then those on the way to the next.

    The last one has no next and stays for its whole time, so that at the raised rate the film lasts exactly
    as long as before, and stays in step with its sound.

    Args:
        images: uint8 RGB (H, W, 3), all of one size.
        between: What makes up the others.
        amount: Images for each one.
        device: Where they are made.
    """
    times = tuple(step / amount for step in range(1, amount))
    here: Image8 | None = None
    tensor: Tensor | None = None
    for pixels in images:
        following = from_uint8(pixels, device)
        if here is not None and tensor is not None:
            yield here
            for made in between(tensor, following, times):
                yield to_uint8(made)
        here, tensor = pixels, following
    if here is not None:
        yield from (here for _ in range(amount))
