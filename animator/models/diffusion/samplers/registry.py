"""Samplers by the names people use: a method that solves and the spacing of its noise sigmas.

`"DPM++ 2M Karras"` is the method `DPM++ 2M` on the spacing `Karras`; every method goes with every spacing.
A method alone takes its usual spacing. Methods are declared where they stand, in the modules listed here, or
by other packages; reading this table loads no torch.
"""

from collections.abc import Mapping
from dataclasses import replace

from animator.core import plugins
from animator.errors import ModelError, PluginError
from animator.models.diffusion.samplers import multistep, singlestep, solvers
from animator.models.diffusion.samplers.sampler import Sampler
from animator.models.diffusion.samplers.sigmas import SCHEDULES
from schedules.suggest import suggestion

PLUGINS = "animator.samplers"
"""The entry points with which other packages add a `Sampler`, named as it is or with _ for blanks."""

METHODS: Mapping[str, Sampler] = {
    made.name: made
    for family in (solvers, multistep, singlestep)
    for made in vars(family).values()
    if isinstance(made, Sampler)
}
"""The built-in samplers by name, each with its usual spacing."""

SPACING_NAMES = tuple(SCHEDULES)

ALIASES = {
    "automatic": "Uniform",
    "ddim uniform": "DDIM",
    "turbo": "Trailing",
    "ays": "Align Your Steps",
    **{alias: made.name for made in METHODS.values() for alias in made.aliases},
}
"""Other spellings of spacings and methods, lower case with blanks."""


WEB_UI_SCHEDULES = (
    "Karras",
    "Exponential",
    "Polyexponential",
    "SGM Uniform",
    "KL Optimal",
    "Align Your Steps",
    "Simple",
    "Normal",
    "DDIM",
    "Beta",
    "Turbo",
    "Uniform",
)
"""Ends of sampler names that the web UI keeps as `Schedule type`."""


def _known() -> dict[str, Sampler]:
    known = dict(METHODS)
    for name, sampler in METHODS.items():
        for spacing in SPACING_NAMES:
            if spacing != name:  # DDIM and LCM are also spacings
                known[f"{name} {spacing}"] = replace(sampler, schedule_type=spacing)
    return known


SAMPLERS: dict[str, Sampler] = _known()


def find_sampler(name: str) -> Sampler:
    """The sampler of a name, upper and lower case alike; one of another package where none is built in.

    Raises:
        ModelError: No sampler is called so.
        PluginError: The package that offers it is broken.
    """
    by_lower = {known.lower(): known for known in SAMPLERS}
    wanted = _plain(name)
    for spelling in (wanted, _translated(wanted)):
        if spelling in by_lower:
            return SAMPLERS[by_lower[spelling]]
    if offered := _offered(wanted):
        return offered
    hint = suggestion(wanted, SAMPLERS) or f"known: {', '.join(METHODS)}"
    raise ModelError(
        f"sampler {name!r} is unknown; {hint} A spacing may follow the name: {', '.join(SPACING_NAMES)}"
    )


def split_sampler(name: str) -> tuple[str, str]:
    """A sampler's name and its schedule type, `Karras` say; empty where the name has none."""
    for schedule in WEB_UI_SCHEDULES:
        if name.lower().endswith(f" {schedule.lower()}"):
            return name[: -len(schedule) - 1], schedule
    return name, ""


def _plain(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").split())


def _offered(wanted: str) -> Sampler | None:
    """The sampler of another package whose name, and perhaps a spacing after it, is wanted."""
    spacings = {f" {name.lower()}": name for name in SPACING_NAMES} | {"": ""}
    for entry in sorted(plugins.names(PLUGINS), key=len, reverse=True):
        ending = wanted.removeprefix(_plain(entry))
        if ending == wanted or ending not in spacings:
            continue
        made = plugins.load(PLUGINS, entry)
        if not isinstance(made, Sampler):
            raise PluginError(f"sampler {entry!r}: its package offers no Sampler of that name")
        return replace(made, schedule_type=spacings[ending]) if ending else made
    return None


def _translated(wanted: str) -> str:
    """The name with the first alias that it starts with, and the last it ends with, in our spelling."""
    for alias, ours in sorted(ALIASES.items(), key=lambda item: -len(item[0])):
        if ours in METHODS and (wanted == alias or wanted.startswith(f"{alias} ")):
            wanted = ours.lower() + wanted[len(alias) :]
            break
    for alias, ours in ALIASES.items():
        if ours in SPACING_NAMES and wanted.endswith(f" {alias}"):
            return wanted[: -len(alias)] + ours.lower()
    return wanted
