"""`ControlNets`: the ControlNets of one loaded checkpoint, loaded on first use."""

from collections.abc import Iterable, Iterator
from typing import Any

import torch

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.controlnet.load import load_controlnet
from animator.models.diffusion.controlnet.residuals import ControlNetGuide
from animator.models.diffusion.request import Control

KEPT = 8
"""ControlNets in memory: as many as a film may use at once, and a few more."""


class ControlNets:
    """Loads and keeps the ControlNets of one U-Net."""

    def __init__(self, unet: Any, autoencoder: Autoencoder, library: Library) -> None:
        """Starts empty.

        Args:
            unet: The U-Net to guide.
            autoencoder: Its VAE, which pads control images as it pads images.
            library: Finds ControlNets by name.
        """
        self._unet = unet
        self._autoencoder = autoencoder
        self._library = library
        self._nets: LRUCache[str, Any] = LRUCache(KEPT)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._nets.values())

    def load(self, names: Iterable[str]) -> None:
        """Loads the ControlNets of these names.

        Raises:
            ModelError: One is missing, broken or made for another base.
        """
        for name in names:
            self._net(name)

    def guides(self, controls: Iterable[Control]) -> tuple[ControlNetGuide, ...]:
        """Returns the guides of a request; units without weight, model or image are left out.

        Raises:
            ModelError: See `load`.
        """
        guides: list[ControlNetGuide] = []
        for control in controls:
            if control.fidelity is None and control.weight and control.model and control.image is not None:
                image = self._autoencoder.pad(control.image).to(self._unet.dtype)
                mask = None if control.mask is None else self._autoencoder.pad(control.mask).to(image)
                guides.append(ControlNetGuide(self._net(control.model), image, control, mask))
        return tuple(guides)

    def to(self, device: torch.device) -> None:
        """Moves the ControlNets to a device."""
        for net in self:
            net.to(device)

    def _net(self, name: str) -> Any:
        return self._nets.get(name, lambda: load_controlnet(find_controlnet(name, self._library), self._unet))
