"""`FrameInterpolator`, the protocol of frame interpolation, and `interpolate`, which applies one."""

from collections.abc import Container, Iterable, Iterator
from typing import Protocol

import torch
from torch import Tensor

from animator.film.interpolation.cuts import mark_cuts
from animator.images.image import Image8, from_uint8, to_uint8


class FrameInterpolator(Protocol):
    """Makes images between two images."""

    def __call__(self, first: Tensor, second: Tensor, times: tuple[float, ...]) -> Iterator[Tensor]:
        """Returns the images (3, H, W), [0, 1], at some times between two.

        Args:
            first: Image at time 0, (3, H, W), [0, 1].
            second: Image at time 1, (3, H, W), [0, 1].
            times: Times above 0 and below 1.
        """
        ...


def interpolate(
    images: Iterable[Image8],
    interpolator: FrameInterpolator,
    factor: int,
    device: torch.device | str = "cpu",
    scenes: Container[int] = (),
) -> Iterator[Image8]:
    """Yields `factor` images for each input image, uint8 RGB (H, W, 3): itself, then those up to the next.

    The last image has no next one and is repeated, so that at the raised rate the video lasts exactly as long
    as before and stays in step with its sound. So is the last image before a hard cut; see `mark_cuts`.

    Args:
        images: Input images, uint8 RGB (H, W, 3), all of one size.
        interpolator: Makes the images between two.
        factor: Output images per input image.
        device: Device of the interpolator.
        scenes: Numbers of input images that begin a new scene of the film.
    """
    times = tuple(step / factor for step in range(1, factor))
    last: Image8 | None = None
    last_tensor: Tensor | None = None
    for pixels, is_cut in mark_cuts(images, scenes):
        tensor = from_uint8(pixels, device)
        if last is not None and is_cut:
            yield from (last for _ in range(factor))
        elif last is not None and last_tensor is not None:
            yield last
            for image in interpolator(last_tensor, tensor, times):
                yield to_uint8(image)
        last, last_tensor = pixels, tensor
    if last is not None:
        yield from (last for _ in range(factor))
