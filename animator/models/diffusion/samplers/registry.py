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
"""Entry point group for plugin samplers; an entry has the sampler's name, with _ for spaces if key."""

METHODS: Mapping[str, Sampler] = {
    sampler.name: sampler
    for family in (solvers, multistep, singlestep)
    for sampler in vars(family).values()
    if isinstance(sampler, Sampler)
}
"""Built-in samplers by name, each with its default schedule type."""

SCHEDULE_TYPES = tuple(SCHEDULES)

ALIASES = {
    "automatic": "Uniform",
    "ddim uniform": "DDIM",
    "turbo": "Trailing",
    "ays": "Align Your Steps",
    **{alias: method.name for method in METHODS.values() for alias in method.aliases},
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
    key = _normalize(name)
    for spelling in (key, _resolve_aliases(key)):
        if spelling in by_lower:
            return SAMPLERS[by_lower[spelling]]
    if plugin := _find_plugin(key):
        return plugin
    hint = suggestion(key, SAMPLERS) or f"known: {', '.join(METHODS)}."
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


def _find_plugin(key: str) -> Sampler | None:
    """Returns the plugin sampler of a normalized name, with or without a schedule type."""
    endings = {f" {name.lower()}": name for name in SCHEDULE_TYPES} | {"": ""}
    for entry in sorted(plugins.names(PLUGINS), key=len, reverse=True):
        ending = key.removeprefix(_normalize(entry))
        if ending == key or ending not in endings:
            continue
        sampler = plugins.load(PLUGINS, entry)
        if not isinstance(sampler, Sampler):
            raise PluginError(f"sampler {entry!r}: its package offers no Sampler of that name")
        return replace(sampler, schedule_type=endings[ending]) if ending else sampler
    return None


def _resolve_aliases(key: str) -> str:
    """Returns a normalized name with its aliases of method and schedule type replaced."""
    for alias, name in sorted(ALIASES.items(), key=lambda item: -len(item[0])):
        if name in METHODS and (key == alias or key.startswith(f"{alias} ")):
            key = name.lower() + key[len(alias) :]
            break
    for alias, name in ALIASES.items():
        if name in SCHEDULE_TYPES and key.endswith(f" {alias}"):
            return key[: -len(alias)] + name.lower()
    return key


def takes_any_sigmas(sampler: Sampler) -> bool:
    """Returns True if a sampler leaves the noise levels to the model and adds no noise of its own.

    Such samplers solve the same equation for flow-matching models as for those with a U-Net.
    """
    return (
        sampler.noise == "none"
        and not sampler.schedule_type
        and not sampler.own_sigmas
        and not sampler.few_steps
        and sampler.calls_per_step is not None
    )


def other_samplers(model: str) -> str:
    """Returns, in words, which samplers a flow-matching model of this name takes."""
    names = [sampler.name for sampler in METHODS.values() if takes_any_sigmas(sampler)]
    return (
        f"the model {model} has noise levels of its own and takes no fresh noise: it supports "
        f"{', '.join(names)}, without a schedule type"
    )
