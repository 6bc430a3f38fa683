"""Diffusers from plugins, selected by the film's model name: `model: NAME` or `model: NAME:REST`.

NAME is an entry point in the group `animator.diffusers`. It points to a function of REST, the device and the
film's `LoadOptions` that opens a `Diffuser`. REST may be empty; its meaning is up to that function. Built-in
models, files, folders and hub ids take precedence. Importing this module loads no torch.
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
"""Signature of the function behind an entry point: REST, device, options."""


@dataclass(frozen=True)
class PluginDiffuser:
    """A diffuser that a plugin offers.

    Attributes:
        name: The entry point.
        model: The part of the film's model name after the colon; may be empty.
    """

    name: str
    model: str

    def open(self, device: torch.device, options: LoadOptions) -> Diffuser:
        """Opens the diffuser.

        Raises:
            PluginError: The plugin is broken.
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


def find_plugin(model: str, library: Library) -> PluginDiffuser | None:
    """Returns the plugin diffuser of a model's name; None for models that we load ourselves.

    Does not import the plugin; `PluginDiffuser.open` does.

    Args:
        model: Model name in a preset.
        library: Finds models by name.
    """
    try:
        find_checkpoint(model, library)
    except ModelError:
        name, _, rest = model.strip().partition(":")
        return PluginDiffuser(name, rest) if name in plugins.names(PLUGINS) else None
    return None
