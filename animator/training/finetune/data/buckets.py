"""Sizes in training: what an image's aspect ratio becomes."""

from collections.abc import Callable, Mapping

Size = tuple[int, int]
"""Width and height in pixels."""

LATENT = 8
"""Sizes are multiples of this."""
MAX_ASPECT = 4.0


def size_of(fit: str, image: Size, target: Size, multiple: int = LATENT) -> Size:
    """Returns the size that an image is trained at.

    Args:
        fit: `data.fit`.
        image: Size of the image.
        target: Size of the training.
        multiple: What sides are multiples of.
    """
    return FITS[fit](image, target, multiple)


def _target(image: Size, target: Size, multiple: int) -> Size:
    return target


def bucket(image: Size, target: Size, multiple: int = LATENT) -> Size:
    """Returns the size of about the target's area whose aspect ratio is nearest to an image's.

    Sides are multiples of an eighth of the target's shorter side, so that there are few sizes, and batches of
    one size.
    """
    step = max(multiple, min(target) // 8 // multiple * multiple)
    aspect = min(MAX_ASPECT, max(1 / MAX_ASPECT, image[0] / image[1]))
    area = target[0] * target[1]
    widths = range(step, int(MAX_ASPECT * max(target)) + 1, step)
    sizes = [(width, height) for width in widths if (height := area // width // step * step)]
    return min(sizes, key=lambda size: (_distance(size[0] / size[1], aspect), size))


def _own(image: Size, target: Size, multiple: int) -> Size:
    """Returns an image's own size, cut to multiples of a latent pixel, or of a token."""
    width, height = (max(multiple, side // multiple * multiple) for side in image)
    return width, height


def _distance(one: float, other: float) -> float:
    """Returns how far aspect ratios are apart: the ratio of the larger to the smaller."""
    return max(one / other, other / one)


FITS: Mapping[str, Callable[[Size, Size, int], Size]] = {
    "buckets": bucket,
    "crop": _target,
    "resize": _target,
    "keep": _own,
}
