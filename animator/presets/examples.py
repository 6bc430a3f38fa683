"""The example presets that are installed with animator; `copy_example` has their files."""

from dataclasses import dataclass
from pathlib import Path

from animator.core.confinement import confinement, named_path
from animator.core.paths import exists

_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = (_PACKAGE / "example_presets", _PACKAGE.parent / "presets")
"""Where a wheel has the examples, and where a clone of the repository has them."""
_SUFFIXES = (".yaml", ".yml", ".json", ".txt")
THUMBNAILS = "thumbnails"
DEFAULT = "quickstart"
"""The example that a new preset begins as."""


@dataclass(frozen=True)
class Example:
    """An example preset.

    Attributes:
        name: By which commands find it, such as `flight`.
        path: The YAML file.
        summary: One line about what it shows.
        thumbnail: A picture of its film; None where there is none.
    """

    name: str
    path: Path
    summary: str
    thumbnail: Path | None


def examples_folder() -> Path | None:
    """Returns the folder of the examples and of the files that they name; None where there is none."""
    return next((folder for folder in _FOLDERS if (folder / f"{DEFAULT}.yaml").is_file()), None)


def examples() -> tuple[Example, ...]:
    """Returns all examples, by name."""
    folder = examples_folder()
    return tuple(_example(path) for path in sorted(folder.glob("*.yaml"))) if folder else ()


def find_preset(path: Path) -> Path:
    """Returns the path of a preset: itself where it exists, else that of the example of this name.

    Raises:
        OutsideError: It leads out of the confinement in force, which has its folders searched.
    """
    if confinement() is None:
        return path if exists(path) else _example_path(str(path)) or path
    inside = named_path(path)
    return inside if exists(inside) else _example_path(str(path)) or inside


def _example_path(name: str) -> Path | None:
    return next((example.path for example in examples() if example.name == name), None)


def names_text(name: str) -> str:
    """Returns what examples there are, and which one, or which file beside it, a name may stand for."""
    from schedules.suggest import suggestion  # loads numpy, which a list of the examples needs not

    names = [example.name for example in examples()]
    guess = suggestion(Path(name).name, _presets_beside(Path(name))) or suggestion(Path(name).stem, names)
    question = f"D{guess[1:]} " if guess else ""
    return f"{question}The examples are: {', '.join(names)}"


def _presets_beside(path: Path) -> list[str]:
    """Returns the names of the files beside a path that may be presets."""
    try:
        files = [file for file in path.parent.iterdir() if file.suffix.lower() in _SUFFIXES]
    except OSError:
        return []
    return [file.name for file in files]


def _example(path: Path) -> Example:
    comment = path.read_text(encoding="utf-8").partition("\nschema:")[0]
    words = " ".join(line.lstrip("# ") for line in comment.splitlines() if line.startswith("#"))
    thumbnail = path.parent / THUMBNAILS / f"{path.stem}.jpg"
    summary = words.partition(". ")[0].rstrip(".")
    return Example(path.stem, path, summary, thumbnail if thumbnail.is_file() else None)
