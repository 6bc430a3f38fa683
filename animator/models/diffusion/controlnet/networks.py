"""`ControlNets`: the ControlNets of one loaded checkpoint, loaded on first use."""

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.checkpoints.control_tasks import check_task, xl_tasks
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.controlnet.find import find_controlnet
from animator.models.diffusion.controlnet.lllite import Lite
from animator.models.diffusion.controlnet.load import load_controlnet
from animator.models.diffusion.controlnet.residuals import AdapterGuide, ControlNetGuide, Guide
from animator.models.diffusion.controlnet.steering import LiteGuide
from animator.models.diffusion.controlnet.t2i import features_of, is_t2i
from animator.models.diffusion.controlnet.union import UnionCall, is_union
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

    def guides(self, controls: Iterable[Control]) -> tuple[Guide, ...]:
        """Returns the guides of a request; units without weight, model or image are left out.

        Raises:
            ModelError: See `load`.
        """
        return tuple(
            self._guide(control, control.image)
            for control in controls
            if control.fidelity is None and control.weight and control.model and control.image is not None
        )

    def _guide(self, control: Control, own: Tensor) -> Guide:
        """Returns the guide of a unit with its control image (3, H, W)."""
        net = self._net(control.model)
        image = self._autoencoder.pad(own).to(self._unet.dtype)
        mask = None if control.mask is None else self._autoencoder.pad(control.mask).to(image)
        if isinstance(net, Lite):
            return LiteGuide.of(net, image, control, mask)
        if is_t2i(net):
            return AdapterGuide(features_of(net, image), control, mask)
        if is_union(net):
            check_task(f"controlnet {control.model}", control.task, xl_tasks(net.config.num_control_type))
            return ControlNetGuide(UnionCall(net, control.task), image, control, mask)
        return ControlNetGuide(net, image, control, mask)

    def lites(self, controls: Iterable[Control]) -> list[Lite]:
        """Returns the networks that change layers of the U-Net, of requests whose guides were asked for."""
        names = dict.fromkeys(control.model for control in controls if control.model in self._nets)
        return [net for name in names if isinstance(net := self._net(name), Lite)]

    def to(self, device: torch.device) -> None:
        """Moves the ControlNets to a device."""
        for net in self:
            net.to(device)

    def _net(self, name: str) -> Any:
        return self._nets.get(name, lambda: load_controlnet(find_controlnet(name, self._library), self._unet))
