"""Deforum-style films: schedules warp an image from frame to frame, and a diffusion model generates on it.

Importing this package loads neither torch nor a model and writes nothing; names load on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from animator._version import __version__ as __version__
from animator.core.deprecated import warn_renamed

if TYPE_CHECKING:  # the same names for type checkers; a test compares them with `_HOMES`
    from animator.core.permissions import allow as allow
    from animator.errors import AnimatorError as AnimatorError
    from animator.errors import Hint as Hint
    from animator.errors import JobNotFoundError as JobNotFoundError
    from animator.errors import JobStateError as JobStateError
    from animator.errors import JobStoreError as JobStoreError
    from animator.errors import ModelError as ModelError
    from animator.errors import PluginError as PluginError
    from animator.errors import PresetError as PresetError
    from animator.errors import Problem as Problem
    from animator.errors import QueueFullError as QueueFullError
    from animator.errors import RunError as RunError
    from animator.errors import UserError as UserError
    from animator.errors import VideoError as VideoError
    from animator.film.formats import Encoding as Encoding
    from animator.film.sound import Sound as Sound
    from animator.film.spec import VideoSpec as VideoSpec
    from animator.film.stream import Stream as Stream
    from animator.film.writer import VideoWriter as VideoWriter
    from animator.generation.generate import generate as generate
    from animator.generation.generate import generate_each as generate_each
    from animator.generation.image import GeneratedImage as GeneratedImage
    from animator.generation.progress import GenerationStep as GenerationStep
    from animator.generation.settings import ImageSettings as ImageSettings
    from animator.jobs.job import Job as Job
    from animator.jobs.job import JobState as JobState
    from animator.jobs.messages import WorkerOptions as WorkerOptions
    from animator.jobs.queue import JobQueue as JobQueue
    from animator.jobs.request import JobRequest as JobRequest
    from animator.jobs.store import JobFilter as JobFilter
    from animator.jobs.submit import submit as submit
    from animator.jobs.workers import Workers as Workers
    from animator.loop.build.pipeline import build_pipeline as build_pipeline
    from animator.loop.pipeline import Motion as Motion
    from animator.loop.pipeline import Pipeline as Pipeline
    from animator.loop.pipeline import Source as Source
    from animator.loop.pipeline import Step as Step
    from animator.loop.render import Frame as Frame
    from animator.loop.render import render as render
    from animator.loop.state import State as State
    from animator.models.depth.model import DepthModel as DepthModel
    from animator.models.depth.model import FakeDepth as FakeDepth
    from animator.models.depth.open_depth import open_depth as open_depth
    from animator.models.diffusion.batch import generate_batch as generate_batch
    from animator.models.diffusion.fake import FakeDiffuser as FakeDiffuser
    from animator.models.diffusion.latent_start import LatentStart as LatentStart
    from animator.models.diffusion.observer import EnoughSteps as EnoughSteps
    from animator.models.diffusion.observer import GenerationStopped as GenerationStopped
    from animator.models.diffusion.observer import StepObserver as StepObserver
    from animator.models.diffusion.request import Diffuser as Diffuser
    from animator.models.diffusion.request import GenerationRequest as GenerationRequest
    from animator.models.diffusion.request import LatentDiffuser as LatentDiffuser
    from animator.models.diffusion.stable import open_diffuser as open_diffuser
    from animator.models.diffusion.tuning import DeepShrink as DeepShrink
    from animator.models.diffusion.tuning import FreeU as FreeU
    from animator.models.diffusion.tuning import GuidanceTuning as GuidanceTuning
    from animator.models.diffusion.tuning import Refiner as Refiner
    from animator.models.faces.restore import FaceRestorer as FaceRestorer
    from animator.models.faces.restore import open_face_restorer as open_face_restorer
    from animator.models.faces.restore import restore_faces as restore_faces
    from animator.models.flow.fake import FakeFlow as FakeFlow
    from animator.models.flow.model import FlowModel as FlowModel
    from animator.presets.load import load as load
    from animator.runs.progress import Progress as Progress
    from animator.runs.render_run import RenderResult as RenderResult
    from animator.runs.render_run import render_run as render_run
    from animator.runs.run import Run as Run
    from animator.runs.run_reader import RunReader as RunReader
    from animator.runs.sink import Sink as Sink
    from animator.runs.stop_token import StopToken as StopToken
    from animator.settings import Animation as Animation
    from animator.sound.columns import read_columns as read_columns
    from animator.sound.hear import hear as hear
    from animator.sound.markers import Marker as Marker
    from animator.sound.markers import read_markers as read_markers
    from animator.sound.rhythm import Beats as Beats
    from animator.sound.rhythm import Onsets as Onsets
    from animator.sound.signals import Placement as Placement
    from animator.sound.signals import Signals as Signals
    from animator.timeline.plan import Plan as Plan
    from animator.timeline.timeline import Timeline as Timeline

_HOMES = {
    "Animation": "animator.settings",
    "AnimatorError": "animator.errors",
    "Beats": "animator.sound.rhythm",
    "DeepShrink": "animator.models.diffusion.tuning",
    "DepthModel": "animator.models.depth.model",
    "Diffuser": "animator.models.diffusion.request",
    "Encoding": "animator.film.formats",
    "EnoughSteps": "animator.models.diffusion.observer",
    "FaceRestorer": "animator.models.faces.restore",
    "FakeDepth": "animator.models.depth.model",
    "FakeDiffuser": "animator.models.diffusion.fake",
    "FakeFlow": "animator.models.flow.fake",
    "FlowModel": "animator.models.flow.model",
    "Frame": "animator.loop.render",
    "FreeU": "animator.models.diffusion.tuning",
    "GeneratedImage": "animator.generation.image",
    "GenerationRequest": "animator.models.diffusion.request",
    "GenerationStep": "animator.generation.progress",
    "GenerationStopped": "animator.models.diffusion.observer",
    "GuidanceTuning": "animator.models.diffusion.tuning",
    "ImageSettings": "animator.generation.settings",
    "Hint": "animator.errors",
    "Job": "animator.jobs.job",
    "JobFilter": "animator.jobs.store",
    "JobNotFoundError": "animator.errors",
    "JobQueue": "animator.jobs.queue",
    "JobRequest": "animator.jobs.request",
    "JobState": "animator.jobs.job",
    "JobStateError": "animator.errors",
    "JobStoreError": "animator.errors",
    "LatentDiffuser": "animator.models.diffusion.request",
    "LatentStart": "animator.models.diffusion.latent_start",
    "Marker": "animator.sound.markers",
    "ModelError": "animator.errors",
    "Motion": "animator.loop.pipeline",
    "Onsets": "animator.sound.rhythm",
    "Pipeline": "animator.loop.pipeline",
    "Placement": "animator.sound.signals",
    "Plan": "animator.timeline.plan",
    "PluginError": "animator.errors",
    "PresetError": "animator.errors",
    "Problem": "animator.errors",
    "Progress": "animator.runs.progress",
    "QueueFullError": "animator.errors",
    "Refiner": "animator.models.diffusion.tuning",
    "RenderResult": "animator.runs.render_run",
    "Run": "animator.runs.run",
    "RunError": "animator.errors",
    "RunReader": "animator.runs.run_reader",
    "Signals": "animator.sound.signals",
    "Sink": "animator.runs.sink",
    "Sound": "animator.film.sound",
    "Source": "animator.loop.pipeline",
    "State": "animator.loop.state",
    "Step": "animator.loop.pipeline",
    "StepObserver": "animator.models.diffusion.observer",
    "StopToken": "animator.runs.stop_token",
    "Stream": "animator.film.stream",
    "Timeline": "animator.timeline.timeline",
    "UserError": "animator.errors",
    "VideoError": "animator.errors",
    "VideoSpec": "animator.film.spec",
    "VideoWriter": "animator.film.writer",
    "WorkerOptions": "animator.jobs.messages",
    "Workers": "animator.jobs.workers",
    "allow": "animator.core.permissions",
    "build_pipeline": "animator.loop.build.pipeline",
    "generate": "animator.generation.generate",
    "generate_batch": "animator.models.diffusion.batch",
    "generate_each": "animator.generation.generate",
    "hear": "animator.sound.hear",
    "load": "animator.presets.load",
    "open_depth": "animator.models.depth.open_depth",
    "open_diffuser": "animator.models.diffusion.stable",
    "open_face_restorer": "animator.models.faces.restore",
    "read_columns": "animator.sound.columns",
    "read_markers": "animator.sound.markers",
    "render": "animator.loop.render",
    "render_run": "animator.runs.render_run",
    "restore_faces": "animator.models.faces.restore",
    "submit": "animator.jobs.submit",
}
"""The module of each public name."""
_RENAMED = {"Film": "VideoSpec", "FilmWriter": "VideoWriter"}
"""New name of each old one; the old ones work for one release."""

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name in _RENAMED:
        new = _RENAMED[name]
        warn_renamed(f"animator.{name}", f"animator.{new}")
        name = new
    if name not in _HOMES:
        raise AttributeError(f"module 'animator' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
