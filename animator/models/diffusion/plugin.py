"""Diffusers of other packages, opened by the film's model name: `model: NAME` or `model: NAME:REST`.

NAME is an entry point of the group `animator.diffusers`, which names a function of REST, the device and the
film's `LoadOptions` that opens a `Diffuser`. What REST means is up to that function. It may be empty. A
built-in model, a file, a folder and a hub id come first. Importing this loads no torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

from animator.core import plugins
from animator.errors import ModelError, PluginError
from animator.models.diffusion.checkpoints.find import find_checkpoint
from animator.models.diffusion.checkpoints.library import Library

if TYPE_CHECKING:
    import torch

    from animator.models.diffusion.load_options import LoadOptions
    from animator.models.diffusion.request import Diffuser

PLUGINS = "animator.diffusers"
OpenDiffuser: TypeAlias = "Callable[[str, torch.device, LoadOptions], Diffuser]"
"""What an entry point of the group names."""


@dataclass(frozen=True)
class Offer:
    """What another package offers to open.

    Attributes:
        name: The entry point.
        model: What is behind the colon of the film's model; may be empty.
    """

    name: str
    model: str

    def open(self, device: torch.device, options: LoadOptions) -> Diffuser:
        """Opens the diffuser.

        Raises:
            PluginError: The package is broken.
        """
        function = plugins.load(PLUGINS, self.name)
        opened: object = None
        if callable(function):
            opened = cast(OpenDiffuser, function)(self.model, device, options)
        if not callable(getattr(opened, "generate", None)):
            raise PluginError(
                f"model {self.name}: its package offers no function of model, device and options that opens "
                "a Diffuser"
            )
        return cast("Diffuser", opened)


def offer_of(model: str, library: Library) -> Offer | None:
    """Returns what another package offers to open by a model's name; None for models of our own.

    Imports no package: that is left to `Offer.open`.

    Args:
        model: As a preset has it.
        library: Where names of our own models are looked up.
    """
    try:
        find_checkpoint(model, library)
    except ModelError:
        name, _, rest = model.strip().partition(":")
        return Offer(name, rest) if name in plugins.names(PLUGINS) else None
    return None
