"""What a training has left so far: its settings, curve, sheets of previews and result."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from animator.core.json_text import parse_json
from animator.core.read import UnreadableError, read_text
from animator.jobs.job import Job
from animator.training.finetune.curve import Curve, CurvePoint
from animator.training.finetune.previews import FOLDER as PREVIEWS
from animator.training.finetune.run import SETTINGS

MAX_SETTINGS_BYTES = 10_000_000
_SHEET = re.compile(r"(\d{6,7})\.png", re.ASCII)


@dataclass(frozen=True)
class Use:
    """How a prompt uses the result of a training.

    Attributes:
        tag: What a prompt has in it, such as `<lora:robo:1>`; empty for a model of its own.
        words: Words that it was trained with, such as `robo toy`; may be empty.
        model: Name of the model to choose; empty unless the result is one.
    """

    tag: str
    words: str
    model: str

    @property
    def prompt(self) -> str:
        """An example of a prompt."""
        return " ".join(filter(None, (self.words if self.words != self.tag else "", self.tag)))


def settings_of(job: Job) -> Mapping[str, Any]:
    """Returns the settings of a training: as its run has them, or as they were submitted."""
    given = job.request.training or {}
    if job.folder is None:
        return given
    try:
        values = parse_json(read_text(job.folder / SETTINGS, MAX_SETTINGS_BYTES))
    except (UnreadableError, ValueError):
        return given
    return values if isinstance(values, dict) else given


def use_of(settings: Mapping[str, Any]) -> Use:
    """Returns how the result of a training is used."""
    kind, name = str(settings.get("kind", "lora")), str(settings.get("name", ""))
    concepts = settings.get("concepts")
    first = concepts[0] if isinstance(concepts, list) and concepts else {}
    prompt = str(first.get("prompt") or "") if isinstance(first, Mapping) else ""
    words = str(settings.get("trigger") or "") or prompt
    tags = {"lora": f"<lora:{name}:1>", "hypernetwork": f"<hypernet:{name}:1>", "embedding": name}
    return Use(tags.get(kind, ""), words, name if kind == "dreambooth" else "")


def curve_of(job: Job) -> list[CurvePoint]:
    """Returns the loss of a training by step; none before its first line."""
    return [] if job.folder is None else Curve(job.folder).read()


def sheets_of(job: Job) -> list[int]:
    """Returns after how many steps there is a sheet of previews, in order."""
    return sorted(int(match[1]) for match in _sheets(job))


def sheet_name(step: int) -> str:
    """Returns the name of a sheet in its run folder."""
    return f"{PREVIEWS}/{step:06d}.png"


def result_files(job: Job) -> tuple[Path, list[tuple[str, Path]]] | None:
    """Returns the result of a training, and its files with their names below it; None without one.

    A file has an empty name. Links are no files of ours.
    """
    if not job.films or not job.is_training:
        return None
    path = job.films[0]
    if path.is_symlink():
        return None
    if path.is_file():
        return path, [("", path)]
    if not path.is_dir():
        return None
    files = [
        (file.relative_to(path).as_posix(), file)
        for root, _, names in os.walk(path)
        for file in (Path(root) / name for name in names)
        if file.is_file() and not file.is_symlink()
    ]
    return path, sorted(files)


def _sheets(job: Job) -> Iterator[re.Match[str]]:
    if job.folder is None:
        return
    try:
        names = [path.name for path in (job.folder / PREVIEWS).iterdir()]
    except OSError:
        return
    for name in names:
        if match := _SHEET.fullmatch(name):
            yield match
