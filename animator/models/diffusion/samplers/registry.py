"""Registry of samplers by name: a method and, optionally, a schedule type.

`"DPM++ 2M Karras"` is the method `DPM++ 2M` with the schedule type `Karras`; all combinations are valid. A
method alone uses its default schedule type. Methods come from the sampler modules imported here and from
plugins. Importing this module loads no torch.
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
"""Entry point group for plugin samplers; an entry has the sampler's name, with _ for spaces if wanted."""

METHODS: Mapping[str, Sampler] = {
    made.name: made
    for family in (solvers, multistep, singlestep)
    for made in vars(family).values()
    if isinstance(made, Sampler)
}
"""Built-in samplers by name, each with its default schedule type."""

SCHEDULE_TYPES = tuple(SCHEDULES)

ALIASES = {
    "automatic": "Uniform",
    "ddim uniform": "DDIM",
    "turbo": "Trailing",
    "ays": "Align Your Steps",
    **{alias: made.name for made in METHODS.values() for alias in made.aliases},
}
"""Other spellings of schedule types and methods, lower case with spaces."""

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
"""Endings of sampler names that A1111 stores separately as `Schedule type`."""


def _all_combinations() -> dict[str, Sampler]:
    known = dict(METHODS)
    for name, sampler in METHODS.items():
        for schedule_type in SCHEDULE_TYPES:
            if schedule_type != name:  # DDIM and LCM are both
                known[f"{name} {schedule_type}"] = replace(sampler, schedule_type=schedule_type)
    return known


SAMPLERS: dict[str, Sampler] = _all_combinations()
"""Built-in samplers by full name: every method with every schedule type."""


def find_sampler(name: str) -> Sampler:
    """Returns the sampler of a name, ignoring case; built-in samplers come before those of plugins.

    Args:
        name: Method and, optionally, schedule type, such as "DPM++ 2M Karras" or "euler_ancestral".

    Raises:
        ModelError: There is no sampler of that name.
        PluginError: The plugin that provides it is broken.
    """
    by_lower = {known.lower(): known for known in SAMPLERS}
    wanted = _normalize(name)
    for spelling in (wanted, _resolve_aliases(wanted)):
        if spelling in by_lower:
            return SAMPLERS[by_lower[spelling]]
    if plugin := _find_plugin(wanted):
        return plugin
    hint = suggestion(wanted, SAMPLERS) or f"known: {', '.join(METHODS)}"
    raise ModelError(
        f"sampler {name!r} is unknown; {hint} A schedule type may follow the name: "
        f"{', '.join(SCHEDULE_TYPES)}"
    )


def split_sampler(name: str) -> tuple[str, str]:
    """Splits a sampler's name into method and schedule type; the latter is empty if there is none."""
    for schedule in WEB_UI_SCHEDULES:
        if name.lower().endswith(f" {schedule.lower()}"):
            return name[: -len(schedule) - 1], schedule
    return name, ""


def _normalize(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").split())


def _find_plugin(wanted: str) -> Sampler | None:
    """Returns the plugin sampler of a normalized name, with or without a schedule type."""
    endings = {f" {name.lower()}": name for name in SCHEDULE_TYPES} | {"": ""}
    for entry in sorted(plugins.names(PLUGINS), key=len, reverse=True):
        ending = wanted.removeprefix(_normalize(entry))
        if ending == wanted or ending not in endings:
            continue
        made = plugins.load(PLUGINS, entry)
        if not isinstance(made, Sampler):
            raise PluginError(f"sampler {entry!r}: its package offers no Sampler of that name")
        return replace(made, schedule_type=endings[ending]) if ending else made
    return None


def _resolve_aliases(wanted: str) -> str:
    """Returns a normalized name with its aliases of method and schedule type replaced."""
    for alias, ours in sorted(ALIASES.items(), key=lambda item: -len(item[0])):
        if ours in METHODS and (wanted == alias or wanted.startswith(f"{alias} ")):
            wanted = ours.lower() + wanted[len(alias) :]
            break
    for alias, ours in ALIASES.items():
        if ours in SCHEDULE_TYPES and wanted.endswith(f" {alias}"):
            return wanted[: -len(alias)] + ours.lower()
    return wanted
