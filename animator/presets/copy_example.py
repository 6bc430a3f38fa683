"""Copies an example preset with the files that it names, to begin a preset of one's own."""

import shutil
from pathlib import Path

from animator.core.atomic import atomic_write
from animator.errors import NameExample, UserError
from animator.presets import yaml_text
from animator.presets.examples import examples, names_text
from animator.presets.resolve_paths import file_settings, names_in
from animator.presets.signal_files import files_of
from animator.settings.raw import value_of


def copy_example(name: str, target: Path) -> tuple[Path, ...]:
    """Copies an example and the files it names, which keep their places beside it.

    Args:
        name: The example.
        target: The new preset; it must not exist.

    Returns:
        The files written, the preset first.

    Raises:
        UserError: There is no such example, or a file is in the way.
    """
    example = next((one for one in examples() if one.name == name), None)
    if example is None:
        raise UserError(f"{name}: is not the name of an example", NameExample(names_text(name)))
    copies = {example.path.parent / file: target.parent / file for file in _files_of(example.path)}
    in_the_way = [target] if target.exists() else []
    in_the_way += [copy for source, copy in copies.items() if copy.exists() and not _same(source, copy)]
    if in_the_way:
        raise UserError(f"{in_the_way[0]}: exists and is left as it is; choose another name or folder")
    for source, copy in copies.items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(target, example.path.read_bytes())
    return (target, *copies.values())


def _files_of(preset: Path) -> list[str]:
    """Returns the files beside a preset that it names."""
    values = yaml_text.read(preset.read_text(encoding="utf-8"), str(preset)).values
    settings = file_settings().items()
    names = [name for path, kind in settings for name in names_in(value_of(values, path), kind)]
    names += [name for _, name in files_of(values)]
    return [name for name in names if (preset.parent / name).is_file()]


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()
