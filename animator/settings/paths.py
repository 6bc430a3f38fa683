"""Where the files that settings name are looked for.

A relative path is looked for beside the preset or settings file that says it, then from the working
directory. One given with --set is looked for from the working directory alone.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal


@dataclass(frozen=True)
class PathSetting:
    """Marks a setting that names something on the disk; a list or a mapping may name several.

    Attributes:
        kind: A file that has to be there; an image: such a file, or a URL where the film permits it; a
            folder that need not be there; a clip: a film, a folder of images, a pattern such as
            `in/%09d.png` or an address; masks: images within mask expressions, such as `[sky.png]`; or
            a file or folder where the text looks like a path and one is
            there, and else a name that is known elsewhere.
    """

    kind: Literal["file", "image", "folder", "clip", "masks", "name"] = "file"


InputFile = Annotated[str, PathSetting()]
"""The path of a file to read; empty for none."""
InputImage = Annotated[str, PathSetting("image")]
"""The path of an image to read, or its URL; empty for none."""
FileOrName = Annotated[str, PathSetting("name")]
"""The path of a file or folder, or a name such as a model's."""
ClipName = Annotated[str, PathSetting("clip")]
"""The path of a film or of a folder or pattern of images, or its address; empty for none."""
Folders = Annotated[tuple[str, ...], PathSetting("folder")]
"""Paths of folders."""


def find(name: str, beside: Path | None) -> Path | None:
    """The path under which a file or folder is found; None where it is in neither place.

    Args:
        name: As a setting has it; `~` is the home folder.
        beside: Folder of the file that says it; None where no file does.
    """
    return next((path for path in _places(name, beside) if path.exists()), None)


def find_clip(name: str, beside: Path | None) -> Path | None:
    """Like `find`, for a clip: a pattern of numbered images is found where its folder is."""
    pattern = _plain(name)
    if "%" not in pattern.name:
        return find(name, beside)
    folder = find(str(pattern.parent), beside)
    return None if folder is None else folder / pattern.name


def not_found(name: str, beside: Path | None) -> str:
    """What to tell a person about a file that `find` does not find."""
    return f"{name}: there is no such file{search_hint(name, beside)}"


def search_hint(name: str, beside: Path | None) -> str:
    """Where `find` looks for a name, in brackets; empty for an absolute path."""
    if _plain(name).is_absolute():
        return ""
    folders = [Path.cwd()] if beside is None else [beside.resolve(), Path.cwd()]
    return f" (looked for in {' and in '.join(map(str, dict.fromkeys(folders)))})"


def _places(name: str, beside: Path | None) -> tuple[Path, ...]:
    path = _plain(name)
    return (path,) if beside is None or path.is_absolute() else (beside / path, path)


def _plain(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:  # a ~user that nobody is
        return Path(name)
