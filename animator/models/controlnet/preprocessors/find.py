"""`find_preprocessor`: the preprocessor of a name."""

from collections.abc import Callable, Mapping

from torch import Tensor

from animator.models.controlnet.preprocessors import depth, edges, lines, regions, tones
from animator.models.controlnet.preprocessors.kinds import KINDS, Thresholds
from animator.models.depth.model import DepthModel

Preprocessor = Callable[[Tensor], Tensor]

_FUNCTIONS: Mapping[str, Callable[..., Tensor]] = {
    "canny": edges.canny,
    "softedge": edges.softedge,
    "lineart": lines.lineart,
    "scribble": lines.scribble,
    "mlsd": lines.straight_lines,
    "recolor": tones.recolor,
    "invert": tones.invert,
    "threshold": tones.threshold,
    "tile": regions.tile,
    "blur": regions.blur,
    "shuffle": regions.shuffle,
}
"""Functions of an image and of the thresholds in `KINDS`."""
_OF_DEPTH: Mapping[str, Callable[..., Tensor]] = {"depth": depth.depth, "normal": depth.normal}
"""Functions of an image, a depth network and the thresholds."""


def find_preprocessor(
    name: str, thresholds: Thresholds, open_depth: Callable[[], DepthModel]
) -> Preprocessor:
    """Returns the preprocessor of a name with its thresholds.

    Args:
        name: One of `KINDS`; any other returns images unchanged.
        thresholds: Threshold A and B of the preprocessor; None for its default.
        open_depth: Opens the depth network of those that need one.
    """
    if name in _OF_DEPTH:
        model, values = open_depth(), KINDS[name].values(thresholds)
        return lambda image: _OF_DEPTH[name](image, model, *values)
    if name in _FUNCTIONS:
        return lambda image: _FUNCTIONS[name](image, *KINDS[name].values(thresholds))
    return unchanged


def unchanged(image: Tensor) -> Tensor:
    """Returns the image itself, for control images that are already preprocessed."""
    return image
