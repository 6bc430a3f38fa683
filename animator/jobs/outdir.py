"""The folder in which a job's files also have Deforum's names."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from animator.jobs.request import JobRequest
from animator.presets.deforum.complete_settings import complete_settings
from animator.presets.deforum.exporting import export_settings
from animator.presets.deforum.importing import settings_from_text
from animator.presets.request import DEFORUM
from animator.runs.deforum_outdir import DeforumOutdir
from animator.runs.run import Run


def outdir_of(request: JobRequest) -> DeforumOutdir | None:
    """Returns the place of a job's files under Deforum's names: the one it has, or a new one.

    Raises:
        RunError: The folder cannot be created.
    """
    if request.outdir is None:
        return None
    folder = Path(request.outdir)
    if request.timestring:
        return DeforumOutdir(folder, request.timestring)
    return DeforumOutdir.claim(folder, _settings_of(request) or {}, datetime.now())


def write_settings(outdir: DeforumOutdir, request: JobRequest, run: Run) -> None:
    """Writes the settings file of a job's film: its own settings, or a preset converted.

    Raises:
        RunError: The file cannot be written.
    """
    settings = _settings_of(request)
    if settings is None:
        outdir.write_settings(export_settings(run.animation).text)
    else:
        outdir.write_settings(complete_settings(settings, run.animation))


def _settings_of(request: JobRequest) -> Mapping[str, Any] | None:
    """Returns the Deforum settings of a request whose film could be read; None where it has none."""
    if isinstance(request.settings, str):
        return settings_from_text(request.settings, DEFORUM)
    return request.settings
