"""`find_preprocessor`: the preprocessor of a name."""

from collections.abc import Callable, Mapping

from torch import Tensor

from animator.models.controlnet.preprocessors import depth, edges, lines, regions, tones
from animator.models.controlnet.preprocessors.kinds import KINDS, Thresholds
from animator.models.controlnet.preprocessors.networks import NETWORKS, NetworkNames
from animator.models.controlnet.preprocessors.open import Networks

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
    name: str, thresholds: Thresholds, networks: Networks, names: NetworkNames | None = None
) -> Preprocessor:
    """Returns the preprocessor of a name with its thresholds.

    Args:
        name: One of `KINDS`; any other returns images unchanged.
        thresholds: Threshold A and B of the preprocessor; None for its default.
        networks: Opens the networks of those that need any.
        names: Which they are; None for those that are found by what they are.

    Raises:
        ModelError: A network is missing, broken, or something else.
    """
    values = KINDS[name].values(thresholds) if name in KINDS else ()
    if name in NETWORKS:
        of_network = networks.open(name, names or {})
        return lambda image: of_network(image, *values)
    if name in _OF_DEPTH:
        model = networks.depth()
        return lambda image: _OF_DEPTH[name](image, model, *values)
    if name in _FUNCTIONS:
        return lambda image: _FUNCTIONS[name](image, *values)
    return unchanged


def unchanged(image: Tensor) -> Tensor:
    """Returns the image itself, for control images that are already preprocessed."""
    return image
