"""The files of a run folder: checked before the first of them is written."""

import os
from pathlib import Path

from animator.core.marks import yaml_mark
from animator.core.read import UnreadableError, read_text
from animator.errors import ChooseOutput, RunError
from animator.film.image_sequence import check_images, numbered_images
from animator.presets.ownership import VIDEOS, check_not_input, input_files, is_our_frame, is_ours
from animator.presets.raw import MAX_RECORD_BYTES
from animator.runs.output_paths import OutputPaths
from animator.runs.run import Run, is_run
from animator.runs.run_folder import FILES, FOLDERS
from animator.runs.run_settings import PRESET, recorded_settings
from animator.settings import Animation


def check_new_run(folder: Path, animation: Animation) -> None:
    """Checks that a run started in a folder replaces nothing that is there.

    A folder in which a run was started, and has no frame yet, is accepted.

    Raises:
        RunError: The folder holds a file or a folder that a run would write.
    """
    if _is_started(folder):
        return
    paths = OutputPaths(folder, animation)
    files = [*(folder / name for name in FILES), *paths.videos(), *paths.parts(), *paths.sidecars()]
    for path in (*files, *(folder / name for name in FOLDERS)):
        if _holds_something(path):
            raise RunError(
                f"{path}: exists, and is not of a run of animator; a run would write there, so it is left "
                "as it is",
                ChooseOutput(),
            )


def check_own_preset(preset: Path | None, folder: Path | None) -> None:
    """Checks that a new run does not replace the preset that it is rendered from.

    Raises:
        UserError: It would.
    """
    if preset is not None and folder is not None and not is_run(folder):
        check_not_input(folder / PRESET, [preset])


def check_run_targets(run: Run, animation: Animation, first: int) -> None:
    """Checks that rendering into a run replaces only its own files, and none that the film reads.

    Args:
        run: The open run.
        animation: The settings to render with.
        first: The first frame to render.

    Raises:
        UserError: One of the files is not ours, is a link, or is an input of the film.
    """
    run.log.check()
    inputs = input_files(animation)
    paths, recorded = (
        OutputPaths(run.folder, animation),
        OutputPaths(run.folder, recorded_settings(run.folder)),
    )
    known = {*recorded.videos(), *recorded.parts(), *recorded.sidecars()}
    for path in (*paths.videos(), *paths.parts(), *paths.sidecars()):
        check_not_input(path, inputs)
        without_record = path not in recorded.videos() or path.suffix.lower() not in VIDEOS
        if path in known and without_record and not path.is_symlink():
            continue
        _check_output(path)
    for path in numbered_images(run.frames_folder):
        if int(path.stem) >= first:
            check_not_input(path, inputs)
            if not is_our_frame(path):
                raise RunError(f"{path}: is not a frame of animator; move it out of the run folder")
    for source in inputs:
        if source.is_dir() and source.samefile(run.frames_folder):
            raise RunError(f"{source}: is read by the film, and its frames would be replaced", ChooseOutput())


def check_outputs(folder: Path, animation: Animation, inputs: list[Path]) -> None:
    """Checks the files that a run makes from its frames.

    Args:
        folder: The run folder.
        animation: The settings of the files.
        inputs: Files that are read.

    Raises:
        UserError: One of the files is not ours, is a link, or is an input.
    """
    paths, recorded = OutputPaths(folder, animation), OutputPaths(folder, recorded_settings(folder))
    # These hold no record that could be looked for: known by their names.
    unmarked = {path for path in recorded.videos() if path.suffix.lower() not in VIDEOS}
    unmarked |= {*recorded.parts(), *recorded.sidecars()}
    for path in (*paths.videos(), *paths.parts(), *paths.sidecars()):
        check_not_input(path, inputs)
        if path.is_symlink() or path not in unmarked:
            _check_output(path)


def _check_output(path: Path) -> None:
    if not os.path.lexists(path) or is_ours(path):
        return
    if path.is_dir() and not path.is_symlink():
        check_images(path)
        return
    raise RunError(
        f"{path}: would be replaced by the film, and is not a file of animator; move it, or change `name`",
        ChooseOutput(),
    )


def _is_started(folder: Path) -> bool:
    """Returns True where a run wrote its record of the settings."""
    path = folder / PRESET
    try:
        return not path.is_symlink() and yaml_mark(read_text(path, MAX_RECORD_BYTES)) == "run"
    except UnreadableError:
        return False


def _holds_something(path: Path) -> bool:
    if path.is_symlink():
        return True
    if path.is_dir():
        return path.name not in FOLDERS or any(path.iterdir())
    return path.exists() and (path.name == PRESET or path.stat().st_size > 0)
