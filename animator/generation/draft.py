"""Settings of images before validation: from Python, from the command line, with the place of each."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from animator.errors import Problem
from animator.presets.plain import Overrides, layers_of
from animator.settings.override import plain_values, source_error
from animator.settings.raw import RawPreset

EXPECTED = "expected key=value, such as steps=12 or hires.scale=2"
ARGUMENTS = "generate"
"""Name of the arguments of `generate` in messages."""


def draft_of(settings: object) -> RawPreset:
    """Returns the draft of a prompt, or of settings.

    Args:
        settings: A prompt; a mapping with the structure of `ImageSettings`; or `ImageSettings`.

    Raises:
        PresetError: It is something else, or nested too deeply.
    """
    if isinstance(settings, str):
        return RawPreset(ARGUMENTS, {"prompt": settings}, {})
    if isinstance(settings, Mapping):
        return override(RawPreset(ARGUMENTS, {}, {}), settings, ARGUMENTS)[0]
    if hasattr(settings, "model_dump"):
        return RawPreset(ARGUMENTS, plain_values({"": settings}, ARGUMENTS)[""], {})
    raise source_error(ARGUMENTS, f"expected a prompt, a mapping or ImageSettings; got {settings!r:.60}")


def override(draft: RawPreset, overrides: Overrides, label: str) -> tuple[RawPreset, list[Problem]]:
    """Returns a draft with overrides, and the problems of the overrides themselves.

    Args:
        draft: The settings below.
        overrides: Texts such as `hires.scale=2`, whose value is YAML, or a mapping such as
            `{"hires.scale": 2}` or `{"hires": {"scale": 2}}`. Groups merge, every other value replaces.
        label: Name of an override in messages.
    """
    layers, found = layers_of(overrides, label)
    problems = [replace(problem, message=EXPECTED) if not problem.path else problem for problem in found]
    values, places = dict(draft.values), dict(draft.places)
    for key, value, place in layers:
        path = tuple(key.split(".")) if isinstance(key, str) else ()
        if not path or not all(path):
            problems.append(Problem(place, "", f"{key!r}: {EXPECTED}"))
            continue
        values = _merged(values, _nested(path, value))
        places |= dict.fromkeys(_leaves(path, value), place)
    return replace(draft, values=values, places=places), problems


def _nested(path: Iterable[str], value: Any) -> dict[str, Any]:
    first, *rest = path
    return {first: _nested(rest, value) if rest else value}


def _leaves(path: tuple[str, ...], value: Any) -> list[tuple[str, ...]]:
    """Returns the paths of the settings in a value."""
    if isinstance(value, Mapping) and value:
        return [leaf for key, inner in value.items() for leaf in _leaves((*path, str(key)), inner)]
    return [path]


def _merged(below: Any, top: Any) -> Any:
    """Returns mappings merged; a mapping of indices over a list replaces the members with these."""
    if not isinstance(top, Mapping):
        return top
    if isinstance(below, list) and top and all(key.isdecimal() and int(key) < len(below) for key in top):
        return [_merged(item, top.get(str(index), {})) for index, item in enumerate(below)]
    if not isinstance(below, Mapping):
        return _with_paths(top)
    return {**below, **{key: _merged(below.get(key), value) for key, value in top.items()}}


def _with_paths(values: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): value for key, value in values.items()}
