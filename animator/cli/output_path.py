"""`--out`: a path with a suffix is a file, one without is a folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from animator.errors import UserError

if TYPE_CHECKING:
    from animator.film.stream import Layout

STDOUT = Path("-")


def output_folder(out: Path | None) -> Path | None:
    """Returns a folder to write to; None and `-` are returned as they are.

    Raises:
        UserError: The path names a file.
    """
    if out is None or out == STDOUT or not _is_file_name(out):
        return out
    raise UserError(
        f"--out {out}: names a file, and this command writes a folder; "
        f"leave {out.suffix} out, or create the folder first"
        if out.suffix
        else f"--out {out}: is a file, and this command writes a folder; choose another name"
    )


def output_run(out: Path | None) -> Path | None:
    """Returns a run folder, or the file of the film: a path with the suffix of a video.

    Raises:
        UserError: The path names a file that is not a video.
    """
    if out is None or out == STDOUT or not _is_file_name(out):
        return out
    if not out.suffix:
        raise UserError(f"--out {out}: is a file, and this command writes a folder; choose another name")
    return output_film(out)


def output_film(out: Path | None) -> Path | None:
    """Returns the file of a film; None is returned as it is.

    Raises:
        UserError: The path has no suffix of a video, or is a folder.
    """
    if out is None:
        return None
    from animator.film.formats import video_suffixes

    known = video_suffixes()
    if out.suffix.lower() not in known:
        end = f"ends in {out.suffix}" if out.suffix else "has no suffix"
        raise UserError(f"--out {out}: {end}; expected {', '.join(known)} for a film")
    if out.is_dir():
        raise UserError(f"--out {out}: is a folder, and its suffix that of a film; choose another name")
    return out


def film_file(out: Path | None) -> Path | None:
    """Returns the path that `output_run` checked where it is the file of a film, else None."""
    return out if out is not None and out != STDOUT and _is_file_name(out) else None


def output_file(out: Path | None) -> Path | None:
    """Returns a file to write to; None stands for standard output, and `-` gives None.

    Raises:
        UserError: The path names a folder.
    """
    if out is None or out == STDOUT:
        return None
    if _is_file_name(out):
        return out
    raise UserError(
        f"--out {out}: names a folder, and this command writes a file; give it a name with a suffix"
    )


def output_video(out: Path | None) -> Path | None:
    """Returns a video file, or a folder for a PNG sequence; None and `-` are returned as they are.

    Raises:
        UserError: The path has the suffix of a file, and is a folder.
    """
    if out is not None and out.is_dir() and _has_file_suffix(out):
        raise UserError(f"--out {out}: is a folder, and its suffix that of a file; choose another name")
    return out


def stream_layout(out: Path | None, *, raw: bool) -> "Layout | None":
    """Returns the layout of frames on standard output where `--out -` sends them there, else None.

    Raises:
        UserError: `--raw` without `--out -`.
    """
    if out == STDOUT:
        return "rgb24" if raw else "y4m"
    if raw:
        raise UserError("--raw is for frames on standard output: --out - --raw")
    return None


def _is_file_name(path: Path) -> bool:
    """Returns True for a file, and for a name with a suffix where nothing exists yet."""
    return path.is_file() or (not path.is_dir() and _has_file_suffix(path))


def _has_file_suffix(path: Path) -> bool:
    """Returns True for a suffix with a letter; the .2 of `take1.2` is a part of the name."""
    return any(letter.isalpha() for letter in path.suffix)
