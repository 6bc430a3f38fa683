"""Models of the diffusion package, opened for tests that look inside."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch

from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.engine import Engine
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.stable import StableDiffuser, open_diffuser
from animator.models.diffusion.unet_engine import UNetEngine
from animator.models.diffusion.unet_model import UNetModel


def open_stable(model: str, device: torch.device, options: LoadOptions | None = None) -> StableDiffuser:
    """The diffuser of a model that no other package offers; see `open_diffuser`."""
    diffuser = open_diffuser(model, device, options or LoadOptions())
    assert isinstance(diffuser, StableDiffuser)
    return diffuser


def engine_of(model: UNetModel, device: torch.device, options: LoadOptions | None = None) -> UNetEngine:
    """The engine of a model without a refiner."""

    def refuse(name: str) -> Engine:
        raise AssertionError(f"nobody asked for the refiner {name}")

    return UNetEngine(model, options or LoadOptions(), device, refuse)


def open_each_once(folder_of: Callable[[str], Path], *folders: Path) -> Callable[[str], StableDiffuser]:
    """Opens models by their kind, each once, on the CPU, with model folders for what is beside them."""

    @cache
    def opened(kind: str) -> StableDiffuser:
        return open_stable(str(folder_of(kind)), torch.device("cpu"), LoadOptions(Library(folders)))

    return opened
