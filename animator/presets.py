"""Presets: YAML in and out, `extends`, dotted overrides, schema versions."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from animator import yaml_text
from animator.config import MAX_FRAMES, SCHEMA_VERSION, Animation
from animator.diffusion.checkpoint import STARTER, find_checkpoint
from animator.errors import ModelError, PresetError, Problem
from schedules import Scope

MAX_BYTES = 4_000_000
MAX_EXTENDS = 16
_FILES = (("init", "image"), ("color", "image"), ("flow", "raft"), ("video", "path"))
"""Settings that name a file to read."""


@dataclass(frozen=True)
class Draft:
    """A preset before validation: plain values, and where each was written."""

    source: str
    values: Mapping[str, Any]
    places: Mapping[tuple[str, ...], str]

    def where(self, path: tuple[str, ...]) -> str:
        """The place of a setting, or of the nearest group that was written."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return self.source


def load(path: Path, overrides: Iterable[str] = ()) -> Animation:
    """The film a preset file describes, `key=value` overrides applied.

    Args:
        path: A YAML preset.
        overrides: Texts such as `diffusion.steps=12`; the value is YAML.

    Raises:
        PresetError: With every problem of the preset and the overrides.
    """
    draft, problems = override(read(path), overrides)
    return validate(draft, [*problems, *_model_problems(draft), *_path_problems(draft)])


def read(path: Path) -> Draft:
    """The values of a preset file with those it extends below them.

    Raises:
        PresetError: A file is missing, too large, or not YAML.
    """
    chain: list[Path] = []
    drafts: list[Draft] = []
    here: Path | None = path
    while here is not None:
        chain.append(here)
        draft = _read_one(here)
        base = draft.values.get("extends")
        drafts.append(draft)
        here = _base_path(chain, draft, base)
    merged = drafts.pop()
    while drafts:
        merged = _over(drafts.pop(), merged)
    return merged


def override(draft: Draft, overrides: Iterable[str]) -> tuple[Draft, list[Problem]]:
    """The draft with `key=value` texts laid over it, and the problems of those texts."""
    problems: list[Problem] = []
    for text in overrides:
        place = f"--set {text}"
        key, equals, value_text = text.partition("=")
        path = tuple(key.strip().split("."))
        if not equals or not all(path):
            problems.append(Problem(place, "", "expected group.key=value, such as diffusion.steps=12"))
            continue
        try:
            value = yaml_text.scalar(value_text)
        except ValueError as error:
            problems.append(Problem(place, key, f"the value is not YAML: {error}"))
            continue
        nested: Any = value
        for part in reversed(path):
            nested = {part: nested}
        draft = _over(Draft(draft.source, nested, {path: place}), draft)
    return draft, problems


def validate(draft: Draft, problems: Iterable[Problem] = ()) -> Animation:
    """The validated film of a draft.

    Raises:
        PresetError: With `problems` and every problem of the draft.
    """
    found = list(problems)
    values = {key: value for key, value in draft.values.items() if key not in ("schema", "extends")}
    found += _schema_problems(draft)
    try:
        animation = Animation.model_validate(values, context=_scope(values))
    except ValidationError as error:
        found += [_problem(draft, details) for details in error.errors()]
        raise PresetError(draft.source, tuple(found)) from None
    if found:
        raise PresetError(draft.source, tuple(found))
    return animation


def dump(animation: Animation) -> str:
    """The full YAML of a film, every setting written."""
    return yaml_text.dump(animation.plain())


def _read_one(path: Path) -> Draft:
    source = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PresetError(
                source, (Problem(source, "", f"is larger than {MAX_BYTES} bytes; is it a preset?"),)
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PresetError(source, (Problem(source, "", f"cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        raise PresetError(source, (Problem(source, "", "is not UTF-8 text; is it a preset?"),)) from error
    document = yaml_text.read(text, source)
    if document.problems:
        raise PresetError(source, document.problems)
    return Draft(source, document.values, document.places)


def _base_path(chain: list[Path], draft: Draft, base: object) -> Path | None:
    if base is None:
        return None
    message = ""
    if not isinstance(base, str):
        message = f"is {base!r}; expected the path of another preset, relative to this one"
    elif len(chain) >= MAX_EXTENDS:
        message = f"more than {MAX_EXTENDS} presets extend each other"
    elif (chain[-1].parent / base).resolve() in {link.resolve() for link in chain}:
        message = f"{base} extends itself: " + " -> ".join(link.name for link in chain)
    if message:
        raise PresetError(draft.source, (Problem(draft.where(("extends",)), "extends", message),))
    return chain[-1].parent / str(base)


def _over(top: Draft, below: Draft) -> Draft:
    """`top` laid over `below`: groups merge, every other value replaces."""
    values = dict(below.values)
    places = dict(below.places)
    for key, value in top.values.items():
        group = _group(key)
        if group is not None and isinstance(value, Mapping) and isinstance(values.get(key), Mapping):
            values[key] = {**values[key], **value}
            replaced: set[tuple[str, ...]] = {(key, str(inner)) for inner in value}
        else:
            values[key] = value
            replaced = {(str(key),)}
        places = {
            path: place for path, place in places.items() if not any(path[: len(r)] == r for r in replaced)
        }
    return Draft(top.source, values, {**places, **top.places})


def _group(name: object) -> type[BaseModel] | None:
    """The class of a group of settings, None for a plain setting."""
    field = Animation.model_fields.get(str(name))
    kind = field.annotation if field else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _schema_problems(draft: Draft) -> list[Problem]:
    version = draft.values.get("schema", SCHEMA_VERSION)
    if version == SCHEMA_VERSION:
        return []
    message = f"is {version!r}; this animator reads schema {SCHEMA_VERSION}"
    return [Problem(draft.where(("schema",)), "schema", message)]


def _model_problems(draft: Draft) -> list[Problem]:
    model = draft.values.get("model", STARTER)
    try:
        if isinstance(model, str) and model.strip():
            find_checkpoint(model)
    except ModelError as error:
        return [Problem(draft.where(("model",)), "model", str(error))]
    return []


def _path_problems(draft: Draft) -> list[Problem]:
    """The files that settings name and that are not there."""
    problems: list[Problem] = []
    for group, name in _FILES:
        settings = draft.values.get(group)
        path = settings.get(name) if isinstance(settings, Mapping) else None
        if isinstance(path, str) and path and not Path(path).expanduser().is_file():
            message = f"{path}: there is no such file (looked for from {Path.cwd()})"
            problems.append(Problem(draft.where((group, name)), f"{group}.{name}", message))
    return problems


def _scope(values: Mapping[str, Any]) -> Scope | None:
    """What schedules are checked against; None where the numbers it needs are themselves wrong."""
    defaults = Animation.model_fields
    frames = values.get("frames", defaults["frames"].default)
    fps = values.get("fps", defaults["fps"].default)
    group = values.get("diffusion")
    seed = group.get("seed", 0) if isinstance(group, Mapping) else 0
    counts = isinstance(frames, int) and 1 <= frames <= MAX_FRAMES and isinstance(seed, int)
    if not counts or not isinstance(fps, int | float) or fps <= 0:
        return None
    return Scope(frames=frames, seed=max(seed, 0), fps=float(fps), compat=values.get("compat") is True)


def _problem(draft: Draft, details: ErrorDetails) -> Problem:
    path = tuple(str(part) for part in details["loc"])
    message = details["msg"].removeprefix("Value error, ")
    if details["type"] == "extra_forbidden":
        message = _unknown(path)
    elif details["type"] not in ("schedule", "range"):
        message = f"{message[0].lower()}{message[1:]}; got {_short(details['input'])}"
    return Problem(draft.where(path), ".".join(path), message)


def _unknown(path: tuple[str, ...]) -> str:
    group = _group(path[0]) if len(path) > 1 else Animation
    names = list(group.model_fields) if group else []
    close = difflib.get_close_matches(path[-1], names, n=1)
    if close:
        return f"unknown setting; did you mean {close[0]}?"
    owners = [
        f"{name}.{path[-1]}"
        for name in Animation.model_fields
        if (g := _group(name)) and path[-1] in g.model_fields
    ]
    if owners:
        return f"unknown setting here; did you mean {owners[0]}?"
    return f"unknown setting; known here: {', '.join(sorted(names))}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
