"""The sampler that a settings file means: by name, old name, position in a list, or name and scheduler."""

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
"""The extension's samplers in the order in which its files count them."""

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
"""Spellings of notebooks and node editors, lower case."""


@dataclass(frozen=True)
class Chosen:
    """A sampler's name here, and what a person should know about it."""

    name: str
    remark: str = ""
    differs: bool = False


def sampler_name(given: Any, scheduler: Any = None) -> Chosen:
    """The sampler that a file means; names that nobody knows are given back as they are."""
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < len(LISTED):
        inner = sampler_name(LISTED[given], scheduler)
        return Chosen(
            inner.name, inner.remark or f"position {given} of the list is {inner.name}", inner.differs
        )
    name = _spelled(str(given))
    spaced = _with_scheduler(name, scheduler)
    if _known(spaced):
        return Chosen(spaced)
    if spaced != name and _known(name):
        return Chosen(
            name, f"{name} is not offered with the scheduler {scheduler}; its own is used", differs=True
        )
    standin = _standin(spaced)
    if standin:
        return Chosen(standin, f"{given} is not offered; {standin} takes its place", differs=True)
    return Chosen(name)


def _spelled(name: str) -> str:
    plain = name.strip().lower().removesuffix("_gpu").removeprefix("k_")
    return SPELLINGS.get(plain, name.strip())


def _with_scheduler(name: str, scheduler: Any) -> str:
    spacing = str(scheduler or "").strip().replace("_", " ")
    if spacing.lower() in ("", "none", "automatic", "normal") or spacing.lower() in name.lower():
        return name
    return f"{name} {spacing.title()}"


def _known(name: str) -> bool:
    try:
        find_sampler(name)
    except ModelError:
        return False
    return True


def _standin(name: str) -> str:
    """The sampler whose name is very near; empty where none is."""
    return nearest(name, SAMPLERS, cutoff=0.9) or ""
