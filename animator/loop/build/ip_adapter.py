"""`adapters_of`: the IP-Adapter units of a film -> the request step that adds their images."""

from collections.abc import Callable

import torch

from animator.loop.steps.ip_adapter import IPAdapterUnit, IPAdapterUnits
from animator.loop.steps.unit_images import open_images
from animator.masks.sources import Masks
from animator.models.diffusion.ip_adapter.name import AdapterName
from animator.settings import Animation
from animator.settings.controlnet import FRAME
from animator.settings.ip_adapter import IPAdapterUnit as Settings


def adapters_of(
    animation: Animation, device: torch.device, masks: Callable[[], Masks]
) -> tuple[IPAdapterUnits, ...]:
    """Returns the request step of the film's IP-Adapter units; empty if none is enabled.

    Args:
        animation: The settings.
        device: Where images live.
        masks: Opens the film's masks.

    Raises:
        UserError: An image or a mask cannot be opened.
    """
    if not any(unit.enabled for unit in animation.ip_adapter):
        return ()
    opened = masks()
    units = (
        _unit(animation, unit, opened, device) if unit.enabled else None for unit in animation.ip_adapter
    )
    return (IPAdapterUnits(tuple(units)),)


def _unit(animation: Animation, unit: Settings, masks: Masks, device: torch.device) -> IPAdapterUnit:
    sources = {name: open_images(name, unit, device) for name in unit.image.names if name != FRAME}
    adapter = AdapterName(unit.model, unit.encoder)
    return IPAdapterUnit(adapter, unit.image.keyframes(animation.scope), sources, masks)
