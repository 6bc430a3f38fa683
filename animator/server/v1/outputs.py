"""The files that a job has made, as our API shows them."""

import os
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from urllib.parse import quote

from pydantic import BaseModel, Field

from animator.film.formats import FORMATS
from animator.jobs.job import Job, JobPhase
from animator.runs.run_settings import PRESET
from animator.server.files.file_answer import content_type_of

_AFTER_FILM = (JobPhase.ENLARGING, JobPhase.INTERPOLATING, JobPhase.DONE)
_SUFFIXES = tuple(f".{one.name}" for one in FORMATS.values() if not one.is_sequence)


class OutputKind(str, Enum):
    """Kind of a file that a job has made."""

    FILM = "film"
    EXTRA = "extra"
    SUBTITLES = "subtitles"
    SETTINGS = "settings"
    LOG = "log"


class OutputView(BaseModel):
    """A file that a job has made."""

    kind: OutputKind = Field(description="`extra`: an upscaled or interpolated video, or a GIF.")
    name: str
    url: str
    size: int | None = Field(description="Size in bytes; null for what is written when it is asked for.")
    content_type: str


def outputs_of(job: Job, base: str) -> list[OutputView]:
    """Returns what a job has made so far, the film first.

    Args:
        job: The job; a training has its own list.
        base: The job's URL.
    """
    if job.folder is None or job.is_training:
        return []
    made = sorted(made_files(job), key=lambda file: (file[0] is not OutputKind.FILM, file[1]))
    views = [
        OutputView(
            kind=kind,
            name=name,
            url=f"{base}/film" if kind is OutputKind.FILM else f"{base}/films/{quote(name, safe='')}",
            size=size,
            content_type=content_type_of(name),
        )
        for kind, name, size in made
    ]
    settings = OutputView(
        kind=OutputKind.SETTINGS,
        name=PRESET,
        url=f"{base}/settings",
        size=None,
        content_type=content_type_of(PRESET),
    )
    log = OutputView(
        kind=OutputKind.LOG, name="log", url=f"{base}/log", size=None, content_type="application/json"
    )
    return [*views, settings, log]


def made_files(job: Job) -> Iterator[tuple[OutputKind, str, int]]:
    """Yields kind, name and size of each video and subtitle file; none before the film itself is finished.

    A run that is rendered again still has its last film: that is not shown, as it is about to be replaced.
    """
    if job.folder is None or job.progress.phase not in _AFTER_FILM:
        return
    sizes = {name: size for name, size in _files(job.folder) if name.startswith(job.title)}
    done = {path.name for path in job.films}
    videos = [
        name
        for name in sizes
        if name in done or (name.endswith(_SUFFIXES) and ".part." not in name and not name.startswith("."))
    ]
    film = film_name(job, videos)
    for name, size in sizes.items():
        if name in videos:
            yield OutputKind.FILM if name == film else OutputKind.EXTRA, name, size
        elif name == f"{job.title}.srt":
            yield OutputKind.SUBTITLES, name, size


def film_name(job: Job, videos: list[str]) -> str | None:
    """Returns the name of the film itself among a job's videos; None for a sequence of images."""
    if job.films:
        return job.films[0].name
    plain = (f"{job.title}{suffix}" for suffix in sorted(_SUFFIXES, key=".gif".__eq__))
    return next((name for name in plain if name in videos), None)


def _files(folder: Path) -> Iterator[tuple[str, int]]:
    """Yields name and size of every file of a folder; none where it is gone. Links are no files."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    yield entry.name, entry.stat(follow_symlinks=False).st_size
    except OSError:  # the folder was deleted, whole or while it is listed: then nothing is there to be had
        return
