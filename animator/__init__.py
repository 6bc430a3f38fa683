"""Deforum-style films: schedules drive a warped picture that a diffusion model redraws.

Importing this package loads no torch, no model, and writes nothing; names load on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from animator._version import __version__ as __version__

if TYPE_CHECKING:
    from animator.assemble import build_pipeline as build_pipeline
    from animator.config import Animation as Animation
    from animator.diffusion.fake import FakeDiffuser as FakeDiffuser
    from animator.diffusion.stable import open_diffuser as open_diffuser
    from animator.errors import AnimatorError as AnimatorError
    from animator.errors import PresetError as PresetError
    from animator.loop import Frame as Frame
    from animator.loop import render as render
    from animator.plan import Plan as Plan
    from animator.presets import load as load
    from animator.state import State as State
    from animator.timeline import Timeline as Timeline
    from animator.video.film import VideoSpec as VideoSpec
    from animator.video.formats import Encoding as Encoding
    from animator.video.sound import Sound as Sound
    from animator.video.stream import Stream as Stream
    from animator.video.writer import VideoWriter as VideoWriter

_HOMES = {
    "Animation": "animator.config",
    "AnimatorError": "animator.errors",
    "Encoding": "animator.video.formats",
    "FakeDiffuser": "animator.diffusion.fake",
    "VideoSpec": "animator.video.film",
    "VideoWriter": "animator.video.writer",
    "Frame": "animator.loop",
    "Plan": "animator.plan",
    "PresetError": "animator.errors",
    "Sound": "animator.video.sound",
    "State": "animator.state",
    "Stream": "animator.video.stream",
    "Timeline": "animator.timeline",
    "build_pipeline": "animator.assemble",
    "load": "animator.presets",
    "open_diffuser": "animator.diffusion.stable",
    "render": "animator.loop",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'animator' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
