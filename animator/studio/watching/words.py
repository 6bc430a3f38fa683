"""Words for the state of a job and how far it is."""

from collections.abc import Mapping

from animator.jobs.job import Job, JobPhase, JobState
from animator.runs.preflight.estimate import duration_text
from animator.studio.labels import Translate

STATES: dict[JobState, str] = {
    JobState.QUEUED: "Waits",
    JobState.RUNNING: "Renders",
    JobState.PAUSED: "Paused",
    JobState.CANCELING: "Is being canceled",
    JobState.CANCELED: "Canceled",
    JobState.SUCCEEDED: "Finished",
    JobState.FAILED: "Failed",
}
PHASES: dict[JobPhase, str] = {
    JobPhase.QUEUED: "Waits for a worker",
    JobPhase.PREPARING: "Reads the settings",
    JobPhase.LOADING: "Loads the model",
    JobPhase.RENDERING: "Renders frames",
    JobPhase.ENCODING: "Completes the film",
    JobPhase.ENLARGING: "Enlarges the film",
    JobPhase.INTERPOLATING: "Interpolates frames",
    JobPhase.CLASS_IMAGES: "Generates images of the class",
    JobPhase.ENCODING_IMAGES: "Encodes the images",
    JobPhase.TRAINING: "Trains",
    JobPhase.PREVIEWING: "Makes a sheet of previews",
    JobPhase.DONE: "Done",
}
TITLE = "title"
"""Label of a job that has the name of its film."""


def state_text(job: Job, t: Translate) -> str:
    """Returns the state of a job in words, such as `Renders`."""
    if job.state is JobState.RUNNING and job.wanted:
        return t("Pauses after this step") if job.is_training else t("Pauses after this frame")
    if job.state is JobState.RUNNING and job.is_training:
        return t("Trains")
    return t(STATES[job.state])


def title_of(job: Job, t: Translate) -> str:
    """Returns the name of a job's film or training, also before a worker has read its settings, if known."""
    preset = job.request.preset if job.request.training is None else job.request.training
    named = str(preset.get("name", "")) if isinstance(preset, Mapping) else ""
    return job.title or job.labels.get(TITLE) or named or t("Training" if job.is_training else "Film")


def progress_text(job: Job, place: int | None, t: Translate) -> str:
    """Returns how far a job is, such as `Renders frames: 12 of 60, about 2 min left`.

    Args:
        job: The job.
        place: Number of jobs that begin before it; None unless it waits.
        t: Translates.
    """
    progress = job.progress
    if place:
        return t("{count} before it").format(count=place)
    if job.state is JobState.QUEUED:
        return t("Is next")
    if job.state is not JobState.RUNNING:
        counted = t("{done} of {frames} steps") if job.is_training else t("{done} of {frames} frames")
        return counted.format(done=progress.done, frames=progress.frames)
    phase = t(PHASES[progress.phase])
    left = progress.eta_s
    parts = [progress.extra] if progress.extra else []
    if progress.frames:
        parts.append(t("{done} of {frames}").format(done=progress.done, frames=progress.frames))
    if left is not None and progress.done < progress.frames:
        parts.append(t("about {time} left").format(time=time_text(left, t)))
    if progress.loss is not None and progress.phase is JobPhase.TRAINING:
        parts.append(t("loss {loss}").format(loss=f"{progress.loss:.4f}"))
    return f"{phase}: {', '.join(parts)}" if parts else phase


def time_text(seconds: float, t: Translate) -> str:
    """Returns a time such as `2 min`."""
    units = {"days": t("days"), "h": t("h"), "min": t("min"), "s": t("s")}
    number, _, unit = duration_text(seconds).partition(" ")
    return f"{number} {units[unit]}"


def length_text(seconds: float, t: Translate) -> str:
    """Returns the length of a film, such as `7.5 s` or `2:05 min`."""
    if seconds < 60:
        return f"{seconds:.3g} {t('s')}"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} {t('min')}"


def share_of(job: Job) -> float:
    """Returns the part of a job's phase that is done, from 0 to 1."""
    return 1.0 if job.state is JobState.SUCCEEDED else job.progress.share
