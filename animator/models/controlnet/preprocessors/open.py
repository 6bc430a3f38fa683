"""`Networks`: opens the networks that preprocessors need, each once."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from animator.models.controlnet.preprocessors.networks import (
    DEPTH_PRO,
    PEOPLE,
    POSE,
    SEGMENTS,
    NetworkNames,
    network_settings,
)
from animator.models.depth.model import DepthModel
from animator.models.diffusion.checkpoints.library import Library
from animator.models.pretrained.kind import NetworkKind

if TYPE_CHECKING:
    from animator.models.pretrained.load import PretrainedNetwork


class Networks:
    """The networks of some units; one that several of them name is loaded once."""

    def __init__(self, device: torch.device, library: Library, depth: Callable[[], DepthModel]) -> None:
        """Opens nothing yet.

        Args:
            device: Device to run on.
            library: The model folders.
            depth: Opens the depth network of `depth.model`.
        """
        self.depth = depth
        self._device = device
        self._library = library
        self._opened: dict[tuple[str, ...], Callable[..., Tensor]] = {}

    def open(self, module: str, names: NetworkNames) -> Callable[..., Tensor]:
        """Returns the preprocessor of a module with networks of its own: takes an image and its thresholds.

        Args:
            module: Its name.
            names: The networks that settings name; those left out are found by what they are.

        Raises:
            ModelError: One is missing, broken, or something else.
        """
        named = {setting: names.get(setting, "") for setting in network_settings(module)}
        key = (module, *named.values())
        if key not in self._opened:
            self._opened[key] = _OPEN[module](self._load, named)
        return self._opened[key]

    def _load(self, kind: NetworkKind, names: NetworkNames) -> "PretrainedNetwork":
        from animator.models.pretrained.load import load_network  # loads transformers, which takes seconds

        return load_network(kind, names[kind.setting], self._library, self._device)


def _pose(load: "_Load", names: NetworkNames) -> Callable[..., Tensor]:
    from animator.models.controlnet.preprocessors.pose import Pose

    return Pose(load(POSE, names), load(PEOPLE, names))


def _segmentation(load: "_Load", names: NetworkNames) -> Callable[..., Tensor]:
    from animator.models.controlnet.preprocessors.segmentation import segmentation

    return segmentation(load(SEGMENTS, names))


def _depth_pro(load: "_Load", names: NetworkNames) -> Callable[..., Tensor]:
    from animator.models.controlnet.preprocessors.depth_pro import DepthPro

    return DepthPro(load(DEPTH_PRO, names))


_Load = Callable[[NetworkKind, NetworkNames], "PretrainedNetwork"]
_OPEN: Mapping[str, Callable[[_Load, NetworkNames], Callable[..., Tensor]]] = {
    "openpose": _pose,
    "segmentation": _segmentation,
    "depth_pro": _depth_pro,
}
