"""Finds the sampler of a settings file: by name, old name, index, or name and scheduler."""

from dataclasses import dataclass
from typing import Any

from animator.errors import ModelError
from animator.models.diffusion.samplers.registry import SAMPLERS, find_sampler
from schedules.suggest import nearest

LISTED = (
    "Euler a", "Euler", "LMS", "Heun", "DPM2", "DPM2 a", "DPM++ 2S a", "DPM++ 2M", "DPM++ SDE",
    "DPM++ 2M SDE Karras", "DPM fast", "DPM adaptive", "LMS Karras", "DPM2 Karras", "DPM2 a Karras",
    "DPM++ 2S a Karras", "DPM++ 2M Karras", "DPM++ SDE Karras", "DPM++ 2M SDE Exponential",
    "DPM++ 2M SDE Heun", "DPM++ 2M SDE Heun Karras", "DPM++ 2M SDE Heun Exponential", "DPM++ 3M SDE",
    "DPM++ 3M SDE Karras",
    "DPM++ 3M SDE Exponential", "DDIM", "PLMS", "UniPC", "Restart",
)  # fmt: skip
"""The extension's samplers, in the order of the indices in its files."""

SPELLINGS = {
    "klms": "LMS",
    "lms": "LMS",
    "euler_ancestral": "Euler a",
    "euler": "Euler",
    "heun": "Heun",
    "ddim": "DDIM",
    "plms": "PLMS",
    "dpm2": "DPM2",
    "dpm2_ancestral": "DPM2 a",
    "dpm_fast": "DPM fast",
    "dpm_adaptive": "DPM adaptive",
    "dpmpp_2s_a": "DPM++ 2S a",
    "dpmpp_2s_ancestral": "DPM++ 2S a",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_sde": "DPM++ SDE",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_3m_sde": "DPM++ 3M SDE",
    "uni_pc": "UniPC",
    "unipc": "UniPC",
}
"""Names in notebooks and node editors, lower case."""


@dataclass(frozen=True)
class SamplerChoice:
    """A sampler's name here, with a remark; `differs` if it is a substitute."""

    name: str
    remark: str = ""
    differs: bool = False


def sampler_name(value: Any, scheduler: Any = None) -> SamplerChoice:
    """Returns the sampler of a file; unknown names are returned unchanged."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(LISTED):
        inner = sampler_name(LISTED[value], scheduler)
        return SamplerChoice(
            inner.name, inner.remark or f"index {value} of the list is {inner.name}", inner.differs
        )
    name = _normalize(str(value))
    scheduled = _with_scheduler(name, scheduler)
    if _is_known(scheduled):
        return SamplerChoice(scheduled)
    if scheduled != name and _is_known(name):
        return SamplerChoice(
            name, f"{name} is not available with the scheduler {scheduler}; its own is used", differs=True
        )
    closest = _closest(scheduled)
    if closest:
        return SamplerChoice(closest, f"{value} is not available; {closest} is used instead", differs=True)
    return SamplerChoice(name)


def _normalize(name: str) -> str:
    plain = name.strip().lower().removesuffix("_gpu").removeprefix("k_")
    return SPELLINGS.get(plain, name.strip())


def _with_scheduler(name: str, scheduler: Any) -> str:
    schedule = str(scheduler or "").strip().replace("_", " ")
    if schedule.lower() in ("", "none", "automatic", "normal") or schedule.lower() in name.lower():
        return name
    return f"{name} {schedule.title()}"


def _is_known(name: str) -> bool:
    try:
        find_sampler(name)
    except ModelError:
        return False
    return True


def _closest(name: str) -> str:
    """Returns the sampler with a very similar name; empty if there is none."""
    return nearest(name, SAMPLERS, cutoff=0.9) or ""
