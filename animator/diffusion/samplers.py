"""Samplers by the names people use, as data: which diffusers scheduler, with which options.

Spacing is always written: a scheduler made from another's config would inherit that one's spacing, which
moves the first sigma from 14.6 to 8.4.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from animator.errors import ModelError


@dataclass(frozen=True)
class Sampler:
    """One sampler.

    Attributes:
        scheduler: Name of the diffusers class.
        options: Overrides of the checkpoint's scheduler config.
    """

    scheduler: str
    options: Mapping[str, Any] = field(default_factory=dict)


_LINSPACE = {"timestep_spacing": "linspace"}
_LEADING = {"timestep_spacing": "leading"}
_TRAILING = {"timestep_spacing": "trailing"}
_SDE = {"algorithm_type": "sde-dpmsolver++"}
_PLAIN_SIGMAS = {"use_karras_sigmas": False}

_BASE: dict[str, tuple[str, dict[str, Any]]] = {
    "Euler": ("EulerDiscreteScheduler", _LINSPACE),
    "Euler a": ("EulerAncestralDiscreteScheduler", _LINSPACE),
    "Heun": ("HeunDiscreteScheduler", _LINSPACE),
    "DPM2": ("KDPM2DiscreteScheduler", _LINSPACE),
    "DPM2 a": ("KDPM2AncestralDiscreteScheduler", _LINSPACE),
    "DPM++ 2M": ("DPMSolverMultistepScheduler", {**_TRAILING, "algorithm_type": "dpmsolver++"}),
    "DPM++ 2M SDE": ("DPMSolverMultistepScheduler", {**_TRAILING, **_SDE}),
    "DPM++ 3M SDE": ("DPMSolverMultistepScheduler", {**_TRAILING, **_SDE, "solver_order": 3}),
    "DEIS": ("DEISMultistepScheduler", _TRAILING),
    "UniPC": ("UniPCMultistepScheduler", _TRAILING),
    "LCM": ("LCMScheduler", _TRAILING),
    "DDIM": ("DDIMScheduler", _LEADING),
    "DDPM": ("DDPMScheduler", _LEADING),
    "PLMS": ("PNDMScheduler", {**_LEADING, "skip_prk_steps": True}),
}
_WITH_KARRAS = (
    "Euler",
    "Heun",
    "DPM2",
    "DPM2 a",
    "DPM++ 2M",
    "DPM++ 2M SDE",
    "DPM++ 3M SDE",
    "DEIS",
    "UniPC",
)


def _table() -> dict[str, Sampler]:
    table: dict[str, Sampler] = {}
    for name, (scheduler, options) in _BASE.items():
        karras = {**options, **_PLAIN_SIGMAS} if name in _WITH_KARRAS else options
        table[name] = Sampler(scheduler, karras)
        if name in _WITH_KARRAS:
            table[f"{name} Karras"] = Sampler(scheduler, {**options, "use_karras_sigmas": True})
    return table


SAMPLERS: Mapping[str, Sampler] = _table()


def find_sampler(name: str) -> Sampler:
    """The sampler of a name, upper and lower case alike.

    Raises:
        ModelError: No sampler is called so.
    """
    by_lower = {known.lower(): known for known in SAMPLERS}
    wanted = " ".join(name.lower().split())
    if wanted in by_lower:
        return SAMPLERS[by_lower[wanted]]
    close = difflib.get_close_matches(wanted, by_lower, n=1)
    hint = f"did you mean {by_lower[close[0]]!r}?" if close else f"known: {', '.join(SAMPLERS)}"
    raise ModelError(f"sampler {name!r} is unknown; {hint}")
