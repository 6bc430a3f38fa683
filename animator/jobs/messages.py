"""What a worker process and the program that has it say to each other."""

from dataclasses import dataclass, field
from pathlib import Path

from animator.core.confinement import Confinement
from animator.core.permissions import Permissions
from animator.jobs.images.messages import EndImages, FromImageWorker, ImageOrder
from animator.jobs.job import JobError, JobProgress
from animator.jobs.request import JobRequest
from animator.runs.deforum_outdir import DeforumOutdir


@dataclass(frozen=True)
class WorkerOptions:
    """Options of worker processes.

    Attributes:
        renders: The renders folder.
        device: Device of images and models; `auto` gives each worker a GPU of its own where there are any.
        threads: CPU threads of each worker; None leaves torch's choice.
        permissions: What models and settings may do.
        confinement: Folders that settings may name files in; None for all.
        accept_changed_inputs: Resume also where files that a film reads have changed since.
    """

    renders: Path
    device: str = "auto"
    threads: int | None = None
    permissions: Permissions = field(default_factory=Permissions)
    confinement: Confinement | None = None
    accept_changed_inputs: bool = True


@dataclass(frozen=True)
class Order:
    """To a worker: render this, or train it.

    Attributes:
        job: The job's id.
        request: What to render or train.
        folder: The run folder of an earlier attempt; None before the first.
        progress: How far that was.
    """

    job: str
    request: JobRequest
    folder: Path | None = None
    progress: JobProgress = field(default_factory=JobProgress)


@dataclass(frozen=True)
class Stop:
    """To a worker: end the work on a job as soon as its run can be resumed."""

    job: str


@dataclass(frozen=True)
class Ready:
    """From a worker: it can take jobs."""


@dataclass(frozen=True)
class Unable:
    """From a worker: it cannot take jobs, and ends.

    Attributes:
        reason: Why, for people.
    """

    reason: str


@dataclass(frozen=True)
class Prepared:
    """From a worker: the settings of a job are read, and it has its folders.

    Attributes:
        job: The job's id.
        title: Name of the film or training.
        folder: The run folder.
        frames: Frames of the film, or steps of the training.
        outdir: The place of the files under Deforum's names; None for none.
    """

    job: str
    title: str
    folder: Path
    frames: int
    outdir: DeforumOutdir | None = None


@dataclass(frozen=True)
class Advanced:
    """From a worker: a job has another phase, or is further."""

    job: str
    progress: JobProgress


@dataclass(frozen=True)
class Warned:
    """From a worker: a warning about a job's film or training."""

    job: str
    text: str


@dataclass(frozen=True)
class Previewed:
    """From a worker: a training has a sheet of previews more.

    Attributes:
        job: The job's id.
        step: Steps after which it was made.
    """

    job: str
    step: int


@dataclass(frozen=True)
class Ended:
    """From a worker: it has nothing more to do for a job.

    Attributes:
        job: The job's id.
        films: The finished video, and the extra ones; the result of a training.
        stopped: True if it was told to stop before the end.
        error: Why it failed; None if it did not.
    """

    job: str
    films: tuple[Path, ...] = ()
    stopped: bool = False
    error: JobError | None = None


ToWorker = Order | Stop | ImageOrder | EndImages | None
"""None has the worker end once its job is stopped."""
FromWorker = Ready | Unable | Prepared | Advanced | Warned | Previewed | Ended | FromImageWorker
