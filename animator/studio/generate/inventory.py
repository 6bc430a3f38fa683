"""`Inventory`: the names that fields of the page suggest: models, samplers, styles."""

from dataclasses import dataclass

from animator.core import plugins
from animator.core.confinement import named_path
from animator.errors import UserError
from animator.generation.hires import LATENT
from animator.generation.settings import ImageSettings
from animator.generation.styles import read_styles
from animator.models.diffusion.samplers.registry import METHODS, PLUGINS, SCHEDULE_TYPES
from animator.server.context import ServerContext
from animator.server.sdapi.models import checkpoints, entries_of, upscaler_files

PLAIN = ("lanczos", "nearest")
"""Upscalers that need no network."""


@dataclass(frozen=True)
class Inventory:
    """The names that fields suggest.

    Attributes:
        models: Diffusion models.
        vaes: VAEs.
        controls: ControlNets.
        adapters: IP-Adapters.
        upscalers: What enlarges images.
        samplers: Methods of sampling.
        schedules: Schedule types.
        styles: Names of styles.
    """

    models: tuple[str, ...]
    vaes: tuple[str, ...]
    controls: tuple[str, ...]
    adapters: tuple[str, ...]
    upscalers: tuple[str, ...]
    samplers: tuple[str, ...]
    schedules: tuple[str, ...]
    styles: tuple[str, ...]

    def suggestions(self, path: str) -> tuple[str, ...]:
        """Returns the names that suit a setting; empty for other settings."""
        if path in ("model", "hires.model", "refiner.model"):
            return self.models
        if path == "hires.upscaler":
            return (*LATENT, *self.upscalers)
        if path == "hires.sampler":
            return self.samplers
        if path == "vae":
            return self.vaes
        units = {"controlnet": self.controls, "ip_adapter": self.adapters}
        group, _, rest = path.partition(".")
        return units.get(group, ()) if rest.endswith(".model") else ()


def inventory_of(context: ServerContext) -> Inventory:
    """Returns the names of what a server has; reads the headers of models."""
    return Inventory(
        models=tuple(entry.name for entry in checkpoints(context)),
        vaes=tuple(entry.name for entry in entries_of(context, "vae", "vae")),
        controls=tuple(entry.name for entry in entries_of(context, "controlnet", "controlnet")),
        adapters=tuple(entry.name for entry in entries_of(context, "IP-Adapter", "ipadapter")),
        upscalers=(*PLAIN, *(entry.path.stem for entry in upscaler_files(context))),
        samplers=(*METHODS, *plugins.names(PLUGINS)),
        schedules=SCHEDULE_TYPES,
        styles=_styles(),
    )


def _styles() -> tuple[str, ...]:
    """Returns the styles of the table in the inputs folders; none where there is no such table."""
    name = ImageSettings().styles_file
    if not named_path(name).is_file():
        return ()
    try:
        return tuple(read_styles(name))
    except UserError:  # said beside the field, once a style is chosen
        return ()
