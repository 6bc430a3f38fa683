"""How long a job waited, loaded and rendered, as our API shows it."""

from collections.abc import Iterable

from pydantic import BaseModel, Field

from animator.jobs.job import Job, JobEvent, JobPhase


class DurationsView(BaseModel):
    """How long parts of a job took, in seconds; null where that is not known."""

    queue_s: float = Field(description="From the submission until a worker took it, or until now.")
    run_s: float | None = Field(description="From then until its end, or until its last change.")
    load_s: float | None = Field(description="Loading the model; about 0 where the worker had it already.")
    seconds_per_frame: float | None = Field(description="Pace of the rendering.")


def durations_of(job: Job, events: Iterable[JobEvent], now: float) -> DurationsView:
    """Returns how long parts of a job took.

    Args:
        job: The job.
        events: Its events of the kinds `status` and `phase`, the oldest first.
        now: Seconds since 1970.
    """
    end = job.ended if job.ended is not None else job.updated
    spans = list(_phases(events, end))
    load = [seconds for phase, seconds in spans if phase is JobPhase.LOADING]
    rendering = [seconds for phase, seconds in spans if phase is JobPhase.RENDERING]
    progress = job.progress
    pace = None
    if progress.rendered and progress.phase is JobPhase.RENDERING:
        pace = progress.seconds / progress.rendered
    elif len(rendering) == 1 and progress.phase is JobPhase.DONE and progress.frames:
        pace = rendering[0] / progress.frames
    waited = job.started if job.started is not None else end if job.ended is not None else now
    return DurationsView(
        queue_s=max(0.0, waited - job.created),
        run_s=max(0.0, end - job.started) if job.started is not None else None,
        load_s=load[-1] if load else None,
        seconds_per_frame=pace,
    )


def _phases(events: Iterable[JobEvent], end: float) -> Iterable[tuple[JobPhase, float]]:
    """Yields every phase a job has been in, with its duration in seconds."""
    begun: tuple[JobPhase, float] | None = None
    for event in events:
        if begun is not None:
            yield begun[0], max(0.0, event.time - begun[1])
        begun = (JobPhase(event.data["phase"]), event.time) if event.kind == "phase" else None
    if begun is not None:
        yield begun[0], max(0.0, end - begun[1])
