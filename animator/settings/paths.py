"""Finds the files that settings name.

A relative path in a preset or settings file is relative to that file or, if nothing is there, to the working
directory. A path in an override is relative to the working directory alone. Where a confinement is in force,
its folders are searched instead; see `animator.core.confinement`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from animator.core.confinement import confinement, named_path
from animator.core.paths import exists, expand_user


@dataclass(frozen=True)
class PathSetting:
    """Marks a setting that names a file or folder; a list or a mapping may name several.

    Attributes:
        kind: `file` must exist; so must `weights`, of a network, unless stand-ins are permitted; `image` must
            exist or is a URL, where the film permits it; `folder` need not exist; `clip` is a video, a folder
            of images, a pattern such as `in/%09d.png` or a URL; `masks` holds images inside mask expressions,
            such as `[sky.png]`; `times` is a file that must exist, or a mapping that names none; `name` is an
            existing path, or else a name such as a model's.
    """

    kind: Literal["file", "weights", "image", "folder", "clip", "masks", "times", "name"] = "file"


InputFile = Annotated[str, PathSetting()]
"""The path of a file to read; empty for none."""
WeightsFile = Annotated[str, PathSetting("weights")]
"""The path of a network's weights; empty for none."""
InputImage = Annotated[str, PathSetting("image")]
"""The path of an image to read, or its URL; empty for none."""
InputImages = Annotated[tuple[str, ...], PathSetting("image")]
"""Paths of images to read, or their URLs."""
FileOrName = Annotated[str, PathSetting("name")]
"""The path of a file or folder, or a name such as a model's."""
FilesOrNames = Annotated[tuple[str, ...], PathSetting("name")]
"""Paths of files, or names such as those of models."""
ClipName = Annotated[str, PathSetting("clip")]
"""The path of a video, or of a folder or pattern of images, or its URL; empty for none."""
Folders = Annotated[tuple[str, ...], PathSetting("folder")]
"""Paths of folders."""


def find(name: str, beside: Path | None) -> Path | None:
    """Returns the path at which a file or folder exists; None if it does not.

    Args:
        name: The path in the setting; `~` is the home folder.
        beside: Folder of the file that has the setting; None if it is not from a file.

    Raises:
        OutsideError: The name leads out of the confinement in force.
    """
    return next((path for path in _candidates(name, beside) if exists(path)), None)


def find_clip(name: str, beside: Path | None) -> Path | None:
    """Like `find`, for a clip: a pattern of numbered images exists if its folder does."""
    pattern = Path(name)
    if "%" not in pattern.name:
        return find(name, beside)
    folder = find(str(pattern.parent), beside)
    return None if folder is None else folder / pattern.name


def not_found(name: str, beside: Path | None) -> str:
    """Returns the message for a file that `find` does not find."""
    return f"{name}: there is no such file{search_hint(name, beside)}"


def search_hint(name: str, beside: Path | None) -> str:
    """Returns the folders that `find` searches, in brackets; empty for an absolute path."""
    if confinement() is not None:
        return " (looked for in the folders that these settings may read)"
    if expand_user(name).is_absolute():
        return ""
    folders = [Path.cwd()] if beside is None else [beside.resolve(), Path.cwd()]
    return f" (looked for in {' and in '.join(map(str, dict.fromkeys(folders)))})"


def _candidates(name: str, beside: Path | None) -> tuple[Path, ...]:
    path = named_path(name)
    return (path,) if beside is None or path.is_absolute() else (beside / path, path)
