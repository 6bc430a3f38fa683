"""`Controlled`: a diffuser whose every drawing is guided by the film's ControlNet units."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from animator.config import Animation
from animator.config.controlnet import FRAME, ControlUnit
from animator.control.modules import Module, fitted, module_of
from animator.control.sources import Pictures, open_pictures
from animator.depth.model import DepthModel
from animator.diffusion.cache import Cache
from animator.diffusion.request import Control, Diffuser, Request


@dataclass(frozen=True, eq=False)
class Unit:
    """A unit's control pictures.

    Attributes:
        settings: The unit.
        pictures: Its source; None takes the picture being redrawn.
        module: What is made of a picture.
        kept: The last control picture made from the source, by frame and size.
    """

    settings: ControlUnit
    pictures: Pictures | None
    module: Module
    kept: Cache[tuple[int, tuple[int, int]], Tensor]

    def picture(self, request: Request) -> Tensor | None:
        """The control picture (3, H, W) of a drawing; None where nothing is redrawn yet."""
        source = self.pictures
        if source is None:
            return None if request.picture is None else self._made(request.picture, request.size)
        return self.kept.get(
            (request.frame, request.size), lambda: self._made(source.at(request.frame), request.size)
        )

    def _made(self, picture: Tensor, size: tuple[int, int]) -> Tensor:
        how = self.settings.resize_mode
        seen = fitted(picture, _working_size(size, self.settings.processor_res), how)
        return fitted(self.module(seen), size, "stretch")


@dataclass(frozen=True, eq=False)
class Controlled:
    """Draws with control pictures.

    Attributes:
        diffuser: The model that draws.
        units: The film's units, in order; None for one that is off.
    """

    diffuser: Diffuser
    units: tuple[Unit | None, ...]

    def draw(self, request: Request) -> Tensor:
        """The drawn picture (3, H, W); a unit of weight 0 is left out, its source is not even read.

        Raises:
            UserError: A unit's source has no picture for the frame.
        """
        pairs = zip(request.controls, self.units, strict=True)
        found = [_control(control, unit, request) for control, unit in pairs]
        controls = tuple(control for control in found if control is not None)
        return self.diffuser.draw(replace(request, controls=controls))


def controlled(
    animation: Animation, diffuser: Diffuser, device: torch.device, depth: Callable[[], DepthModel]
) -> Diffuser:
    """The diffuser with the film's units before it; itself where there are none.

    Args:
        animation: The settings.
        diffuser: The model that draws.
        device: Where pictures live.
        depth: Gives the depth network of units that need one.

    Raises:
        UserError: A source cannot be had.
    """
    if not any(unit.enabled for unit in animation.controlnet):
        return diffuser
    units = tuple(_unit(unit, device, depth) if unit.enabled else None for unit in animation.controlnet)
    return Controlled(diffuser, units)


def _unit(unit: ControlUnit, device: torch.device, depth: Callable[[], DepthModel]) -> Unit:
    pictures = None if unit.source == FRAME else open_pictures(unit, device)
    return Unit(unit, pictures, module_of(unit, depth), Cache(1))


def _control(control: Control, unit: Unit | None, request: Request) -> Control | None:
    if unit is None or control.weight == 0 or control.start >= control.end:
        return None
    picture = unit.picture(request)
    if picture is None:
        return None
    settings = unit.settings
    return replace(control, model=settings.model, picture=picture, mode=settings.control_mode)


def _working_size(size: tuple[int, int], shorter: int) -> tuple[int, int]:
    """The size at which a module works."""
    if shorter == 0:
        return size
    scale = shorter / min(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
