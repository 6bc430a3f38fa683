"""Settings of a request: what a program or a server is sent in place of a file.

Nothing in a request names a file to read the settings from, except `extends`, which a confinement bounds.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from animator.errors import PresetError, Problem
from animator.presets import raw
from animator.presets.deforum.importing import import_settings, import_text
from animator.presets.deforum.recognize import check_settings
from animator.presets.examples import examples
from animator.presets.plain import TEXT, override, read_source
from animator.settings.override import plain_values, source_error
from animator.settings.raw import RawPreset
from animator.settings.validate import text_problems
from schedules.suggest import suggestion

Kind = Literal["preset", "example", "deforum"]
"""A preset, a mapping or YAML text; the name of an example; Deforum's settings, a mapping or JSON text."""
EXAMPLE, DEFORUM = "<example>", "<settings>"
"""Places of problems in an example's name, and in Deforum's settings."""


def draft_of_request(
    settings: Mapping[str, Any] | str, overrides: Mapping[str, Any] | None = None, kind: Kind = "preset"
) -> tuple[RawPreset, list[Problem]]:
    """Returns the settings of a request before validation, and the problems that are known already.

    `check_film` reports these with the problems of the film. In a text each has its line and column, in a
    mapping its path. The draft has the notes of an import.

    Args:
        settings: A preset, the name of an example, or Deforum's settings.
        overrides: Override the settings: a mapping such as `{"diffusion.steps": 12}` or
            `{"diffusion": {"steps": 12}}`.
        kind: What `settings` is.
    """
    try:
        draft, problems = _READERS[kind](settings), []
    except PresetError as error:
        draft, problems = RawPreset(error.source, {}, {}), _problems_of(error)
    try:
        draft, more = override(draft, overrides or {})
    except PresetError as error:
        more = _problems_of(error)
    return draft, [*problems, *more]


def _problems_of(error: PresetError) -> list[Problem]:
    """Returns the problems of an error; the first says what to do about them, if anything does."""
    first, *rest = error.problems
    advice = f". {error.hint}" if error.hint else ""
    return [replace(first, message=f"{first.message}{advice}"), *rest]


def _preset(preset: Mapping[str, Any] | str) -> RawPreset:
    return raw.with_base(raw.parse(preset, TEXT)) if isinstance(preset, str) else read_source(preset)


def _example(name: Mapping[str, Any] | str) -> RawPreset:
    paths = {example.name: example.path for example in examples()}
    if not isinstance(name, str) or name not in paths:
        hint = suggestion(str(name), list(paths)) or f"known: {', '.join(paths)}"
        raise source_error(EXAMPLE, f"{name!r:.60} is not the name of an example; {hint}")
    return raw.read(paths[name])


def _deforum(settings: Mapping[str, Any] | str) -> RawPreset:
    if isinstance(settings, str):
        if len(settings) > raw.MAX_SETTINGS_BYTES:
            raise source_error(DEFORUM, f"has more than {raw.MAX_SETTINGS_BYTES} characters")
        return raw.of_import(import_text(settings, DEFORUM), DEFORUM, None)
    if not isinstance(settings, Mapping):
        raise source_error(DEFORUM, f"expected an object of settings or its JSON text; got {settings!r:.60}")
    values = plain_values({str(key): value for key, value in settings.items()}, DEFORUM)
    if broken := text_problems(RawPreset(DEFORUM, values, {})):
        raise PresetError(DEFORUM, tuple(broken))
    check_settings(values, DEFORUM)
    return raw.of_import(import_settings(values, DEFORUM), DEFORUM, None)


_READERS: Mapping[Kind, Callable[[Mapping[str, Any] | str], RawPreset]] = {
    "preset": _preset,
    "example": _example,
    "deforum": _deforum,
}
