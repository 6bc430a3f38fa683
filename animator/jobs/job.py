"""`Job`: a film to render or a model to train, and how far it is."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from animator.errors import Problem
from animator.jobs.request import JobRequest


class JobState(str, Enum):
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELING = "canceling"
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def has_ended(self) -> bool:
        """True if nothing more happens unless somebody asks for it."""
        return self in (JobState.CANCELED, JobState.SUCCEEDED, JobState.FAILED)


ACTIVE = (JobState.RUNNING, JobState.CANCELING)
"""States in which a worker has a job."""


class JobPhase(str, Enum):
    """What is done for a job; those of a rendering are called as in `animator.runs.progress.Phase`.

    Those of trainings are `class_images`, `encoding_images`, `training` and `previewing`.
    """

    QUEUED = "queued"
    PREPARING = "preparing"
    LOADING = "loading"
    RENDERING = "rendering"
    ENCODING = "encoding"
    ENLARGING = "enlarging"
    INTERPOLATING = "interpolating"
    CLASS_IMAGES = "class_images"
    ENCODING_IMAGES = "encoding_images"
    TRAINING = "training"
    PREVIEWING = "previewing"
    DONE = "done"


class ErrorKind(str, Enum):
    """Kind of a job's error."""

    SETTINGS = "settings"
    """The film cannot be rendered as written; the same request would fail again."""
    RENDERING = "rendering"
    """Something failed on the way; the job can be resumed."""
    WORKER = "worker"
    """The worker process died, again and again at the same frame."""


@dataclass(frozen=True)
class JobError:
    """Why a job failed.

    Attributes:
        kind: Kind of the error.
        message: The message for people.
        problems: Every mistake in the settings; empty for other kinds.
    """

    kind: ErrorKind
    message: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class JobProgress:
    """How far a job is.

    Attributes:
        phase: What is done.
        done: Finished frames of the film, or steps of the training; in the phases after rendering, images of
            the extra video, and in those before training, images.
        frames: Their number in the end; 0 until the settings are read.
        seconds: Time since this phase's work began.
        rendered: Frames, or steps, made since then; `seconds / rendered` is the pace.
        extra: File name of the extra video that is made; empty for the film itself.
        loss: Loss of a training, smoothed; None before its first step, and for films.
    """

    phase: JobPhase = JobPhase.QUEUED
    done: int = 0
    frames: int = 0
    seconds: float = 0.0
    rendered: int = 0
    extra: str = ""
    loss: float | None = None

    @property
    def share(self) -> float:
        """Part of the phase that is done, from 0 to 1."""
        return min(1.0, self.done / self.frames) if self.frames else 0.0

    @property
    def eta_s(self) -> float | None:
        """Seconds until the frames are done; None where the pace is not known yet."""
        return self.seconds / self.rendered * (self.frames - self.done) if self.rendered else None


def new_id(created: float) -> str:
    """Returns a name for a job, or an order for images, such as `20261130-174512-3fa9c1`.

    Args:
        created: When it was submitted, in seconds since 1970.
    """
    return f"{datetime.fromtimestamp(created):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


@dataclass(frozen=True)
class Job:
    """A film to render or a model to train, as it was when it was looked at.

    Attributes:
        id: Its name, such as `20261130-174512-3fa9c1`.
        number: Its place in the order of submission.
        request: What was asked for.
        state: Its state.
        wanted: `cancel` or `pause` while it runs and is to stop; empty otherwise.
        progress: How far it is.
        priority: Jobs with a higher one begin first.
        labels: Names and values that the one who submitted it gave, to find it again.
        title: Name of the film or training; empty until its settings are read.
        folder: The run folder; None until the settings are read.
        films: The finished video, and the extra ones; the result of a training.
        error: Why it failed; None if it did not.
        created: When it was submitted, in seconds since 1970; as the other times.
        started: When a worker first took it; None before.
        ended: When it ended; None before.
        updated: When anything of this last changed.
        updates: How often that was.
        update_s: Seconds between the last two times.
        attempts: Workers in a row that died rendering it, none of which got further than the one before.
        died_at: Number of frames that were done when the last one died; -1 if none did.
    """

    id: str
    number: int
    request: JobRequest
    state: JobState
    wanted: str
    progress: JobProgress
    priority: int
    labels: Mapping[str, str]
    title: str
    folder: Path | None
    films: tuple[Path, ...]
    error: JobError | None
    created: float
    started: float | None
    ended: float | None
    updated: float
    updates: int
    update_s: float
    attempts: int
    died_at: int

    @property
    def is_training(self) -> bool:
        """True for a training, False for a film."""
        return self.request.training is not None


@dataclass(frozen=True)
class JobEvent:
    """Something that happened to a job.

    Attributes:
        id: Its number; later events have higher ones.
        job: The job's id.
        time: When, in seconds since 1970.
        kind: `status`, `phase`, `warning`, `output` or `preview`.
        data: What happened: the state, the phase, the message, the path, the step.
    """

    id: int
    job: str
    time: float
    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
