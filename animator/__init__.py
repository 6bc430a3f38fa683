"""Deforum-style films: schedules drive a warped picture that a diffusion model redraws.

Importing this package loads no torch, no model, and writes nothing; names load on first use.
"""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING

from animator._version import __version__ as __version__

if TYPE_CHECKING:  # the same names for type checkers; a test compares them with `_HOMES`
    from animator.assemble import build_pipeline as build_pipeline
    from animator.config import Animation as Animation
    from animator.depth.model import DepthModel as DepthModel
    from animator.depth.model import FakeDepth as FakeDepth
    from animator.depth.opening import open_depth as open_depth
    from animator.diffusion.fake import FakeDiffuser as FakeDiffuser
    from animator.diffusion.request import Diffuser as Diffuser
    from animator.diffusion.request import GenerationRequest as GenerationRequest
    from animator.diffusion.stable import open_diffuser as open_diffuser
    from animator.errors import AnimatorError as AnimatorError
    from animator.errors import ModelError as ModelError
    from animator.errors import PluginError as PluginError
    from animator.errors import PresetError as PresetError
    from animator.errors import Problem as Problem
    from animator.errors import RunError as RunError
    from animator.errors import UserError as UserError
    from animator.errors import VideoError as VideoError
    from animator.flow.fake import FakeFlow as FakeFlow
    from animator.flow.model import FlowModel as FlowModel
    from animator.job import RenderResult as RenderResult
    from animator.job import render_run as render_run
    from animator.loop import Frame as Frame
    from animator.loop import render as render
    from animator.pipeline import Motion as Motion
    from animator.pipeline import Pipeline as Pipeline
    from animator.pipeline import Source as Source
    from animator.pipeline import Step as Step
    from animator.plan import Plan as Plan
    from animator.presets import load as load
    from animator.progress import Progress as Progress
    from animator.run import Run as Run
    from animator.state import State as State
    from animator.stop_token import StopToken as StopToken
    from animator.timeline import Timeline as Timeline
    from animator.video.film import VideoSpec as VideoSpec
    from animator.video.formats import Encoding as Encoding
    from animator.video.sound import Sound as Sound
    from animator.video.stream import Stream as Stream
    from animator.video.writer import VideoWriter as VideoWriter

_HOMES = {
    "Animation": "animator.config",
    "AnimatorError": "animator.errors",
    "DepthModel": "animator.depth.model",
    "Diffuser": "animator.diffusion.request",
    "Encoding": "animator.video.formats",
    "FakeDepth": "animator.depth.model",
    "FakeDiffuser": "animator.diffusion.fake",
    "FakeFlow": "animator.flow.fake",
    "FlowModel": "animator.flow.model",
    "Frame": "animator.loop",
    "GenerationRequest": "animator.diffusion.request",
    "ModelError": "animator.errors",
    "Motion": "animator.pipeline",
    "Pipeline": "animator.pipeline",
    "Plan": "animator.plan",
    "PluginError": "animator.errors",
    "PresetError": "animator.errors",
    "Problem": "animator.errors",
    "Progress": "animator.progress",
    "RenderResult": "animator.job",
    "Run": "animator.run",
    "RunError": "animator.errors",
    "Sound": "animator.video.sound",
    "Source": "animator.pipeline",
    "State": "animator.state",
    "Step": "animator.pipeline",
    "StopToken": "animator.stop_token",
    "Stream": "animator.video.stream",
    "Timeline": "animator.timeline",
    "UserError": "animator.errors",
    "VideoError": "animator.errors",
    "VideoSpec": "animator.video.film",
    "VideoWriter": "animator.video.writer",
    "build_pipeline": "animator.assemble",
    "load": "animator.presets",
    "open_depth": "animator.depth.opening",
    "open_diffuser": "animator.diffusion.stable",
    "render": "animator.loop",
    "render_run": "animator.job",
}
"""Every public name, and the module it is from."""
_RENAMED = {"Film": "VideoSpec", "FilmWriter": "VideoWriter"}
"""Old names, which work for one release."""

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name in _RENAMED:
        new = _RENAMED[name]
        warnings.warn(f"animator.{name} is now animator.{new}", DeprecationWarning, stacklevel=2)
        name = new
    if name not in _HOMES:
        raise AttributeError(f"module 'animator' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
