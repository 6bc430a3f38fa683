"""Presets: YAML in and out, `extends`, dotted overrides, schema versions."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from animator.errors import PresetError, Problem, UserError
from animator.presets import yaml_text
from animator.presets.checks import library_of, problems_of
from animator.presets.clip import check_clip, with_clip_numbers, without_words
from animator.presets.controlnet_files import with_unit_files
from animator.presets.plain import Overrides, override, read_source
from animator.presets.raw import Draft, group_of
from animator.presets.resolve_paths import with_files
from animator.presets.step_files import with_step_files
from animator.settings import MAX_FRAMES, SCHEMA_VERSION, Animation
from animator.settings.compat import rules_in
from animator.settings.controlnet import ControlUnit
from animator.settings.step import settings_of
from schedules import Scope
from schedules.suggest import suggestion

WORDED = ("schedule", "range", "missing_input", "step")
"""Types of errors whose message says everything already."""


def load(source: str | Path | Mapping[str, Any], overrides: Overrides = ()) -> Animation:
    """Returns the film that settings describe, checked, with the files it names found.

    Args:
        source: The path of a YAML preset or a Deforum settings file; the settings themselves as a mapping;
            or YAML text. A text with a line break is YAML, any other text is a path.
        overrides: Laid over the settings: texts such as `diffusion.steps=12`, whose value is YAML, or a
            mapping such as `{"diffusion.steps": 12}` or `{"diffusion": {"steps": 12}}`.

    Raises:
        PresetError: With every problem of the settings and the overrides, and the place of each.
    """
    return finish(read_source(source), overrides)


def changed(animation: Animation, changes: Mapping[str, Any]) -> Animation:
    """Returns a film with other settings; see `Animation.with_`.

    Raises:
        PresetError: With every problem of the new settings.
    """
    return finish(Draft(animation.name, animation.plain(), {}), changes, "with_")


def finish(draft: Draft, overrides: Overrides = (), label: str = "override") -> Animation:
    """Returns the validated film of a draft, overrides applied and the files it names looked for.

    Args:
        draft: The settings.
        overrides: As for `load`.
        label: What messages call an override.

    Raises:
        PresetError: With every problem of the draft and the overrides.
    """
    draft, problems = override(draft, overrides, label)
    draft, missing = with_files(draft)
    draft, lacking = with_unit_files(draft, library_of(draft.values))
    draft, absent = with_step_files(draft)
    problems += [*missing, *lacking, *absent, *problems_of(draft)]
    clip = ("video", "path")
    try:
        check_clip(draft.values, draft.folders.get(clip))
        draft = replace(draft, values=with_clip_numbers(draft.values))
    except UserError as error:
        problems.append(Problem(draft.where(clip), ".".join(clip), str(error).removeprefix("video.path: ")))
        draft = replace(draft, values=without_words(draft.values))
    return validate(draft, problems)


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


def dump_differences(animation: Animation) -> str:
    """The YAML of a film, only what differs from the defaults written; `load` gives the same film back."""
    return yaml_text.dump(_differences(animation.plain(), Animation().plain()))


def _differences(plain: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in plain.items():
        if group_of(key) is not None:
            inner = {name: item for name, item in value.items() if item != usual[key][name]}
            found |= {key: inner} if inner else {}
        elif key == "schema" or value != usual[key]:
            found[key] = value
    return found


def _schema_problems(draft: Draft) -> list[Problem]:
    version = draft.values.get("schema", SCHEMA_VERSION)
    if version == SCHEMA_VERSION:
        return []
    message = f"is {version!r}; this animator reads schema {SCHEMA_VERSION}"
    return [Problem(draft.where(("schema",)), "schema", message)]


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
    compat = rules_in(values).schedules_compat
    return Scope(frames=frames, seed=max(seed, 0), fps=float(fps), compat=compat)


def _problem(draft: Draft, details: ErrorDetails) -> Problem:
    path = tuple(str(part) for part in details["loc"])
    message = details["msg"].removeprefix("Value error, ")
    if details["type"] == "extra_forbidden":
        message = _unknown(path, draft.values)
    elif (
        path
        and details["type"] not in ("schedule", "range", "missing_input", "step")
        and not _of_group(details)
    ):
        message = f"{message[0].lower()}{message[1:]}; got {_short(details['input'])}"
    return Problem(draft.where(path), ".".join(path), message)


def _of_group(details: ErrorDetails) -> bool:
    """True for a problem of several settings of a group, which names them itself."""
    return details["type"] == "value_error" and isinstance(details["input"], Mapping)


def _unknown(path: tuple[str, ...], values: Mapping[str, Any]) -> str:
    group = group_of(path[0]) if len(path) > 1 else Animation
    if len(path) > 2 and path[0] == "controlnet":
        group = ControlUnit
    elif len(path) > 2 and path[0] == "steps":
        group = settings_of(values["steps"][int(path[1])]["use"])
    names = list(group.model_fields) if group else []
    question = suggestion(path[-1], names)
    if question:
        return f"unknown setting; {question}"
    owners = [
        f"{name}.{path[-1]}"
        for name in Animation.model_fields
        if (g := group_of(name)) and path[-1] in g.model_fields
    ]
    if owners:
        return f"unknown setting here; did you mean `{owners[0]}`?"
    return f"unknown setting; known here: {', '.join(sorted(names))}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
