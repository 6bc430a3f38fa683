"""Validates raw presets: returns the film, or reports every problem at once."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from animator.core.json_text import half_character, parse_json
from animator.errors import Hint, PresetError, Problem
from animator.problem import MAX_SHOWN
from animator.settings.animation import SCHEMA_VERSION, Animation
from animator.settings.film_scope import film_scope
from animator.settings.other_words import MAIN_SETTINGS, question_about, words_of
from animator.settings.raw import LISTS, RawPreset, group_of
from animator.settings.signals.given import Given
from animator.settings.signals.hearing import Hearing
from animator.settings.step import settings_of
from animator.settings.wording import message_of, shorten
from schedules.suggest import suggestion

MAX_DEPTH = 100
"""Groups and lists inside each other, of which a film needs four."""


@dataclass(frozen=True)
class Examined:
    """A draft after validation.

    Attributes:
        draft: The draft.
        animation: The film; where settings are wrong, the film with their defaults; None where even that is
            no film.
        problems: The mistakes.
        more: Number of mistakes that are not in `problems`.
        broken: Paths of the settings that have their defaults because they are wrong.
        hint: What to do about the problems, where that depends on how animator is used.
    """

    draft: RawPreset
    animation: Animation | None
    problems: tuple[Problem, ...] = ()
    more: int = 0
    broken: tuple[tuple[str, ...], ...] = ()
    hint: Hint | None = None

    def film(self) -> Animation:
        """Returns the film.

        Raises:
            PresetError: With every problem, in the order of their lines.
        """
        if self.problems or self.animation is None:
            problems = self.draft.in_order(self.problems)
            raise PresetError(self.draft.source, problems, self.hint, more=self.more)
        return self.animation


def validate(draft: RawPreset, problems: Iterable[Problem] = ()) -> Animation:
    """Returns the validated film of a draft.

    Args:
        draft: The settings.
        problems: Those known already, to be reported with the draft's own.

    Raises:
        PresetError: With `problems` and every problem of the draft.
    """
    return examine(draft, problems).film()


def examine(draft: RawPreset, problems: Iterable[Problem] = ()) -> Examined:
    """Returns a draft's film, and its problems after those known already."""
    known = [*problems, *_schema_problems(draft)]
    if broken := text_problems(draft):
        return Examined(draft, None, (*known, *broken))
    values = {key: value for key, value in draft.values.items() if key not in ("schema", "extends")}
    context, hearing = film_scope(values, draft.given or Given())
    try:
        animation = Animation.model_validate(values, context=context).hearing(hearing.heard)
    except ValidationError as error:
        described = error.errors()[:MAX_SHOWN]
        known += [*_unheard(draft, hearing, known), *(_problem(draft, details) for details in described)]
        paths = tuple(tuple(str(part) for part in details["loc"]) for details in error.errors())
        more = error.error_count() - len(described)
        return Examined(draft, _without(draft, values, paths), tuple(known), more, paths)
    return Examined(draft, animation, (*known, *_unheard(draft, hearing, known)))


def _unheard(draft: RawPreset, hearing: Hearing, known: list[Problem]) -> list[Problem]:
    """Returns the problems of what the film hears, without those known already, such as missing files."""
    broken = {tuple(problem.path.split(".")[:2]) for problem in known}
    new = ((path, message) for path, message in hearing.problems if path not in broken)
    return [Problem.of(draft.where(path), path, message) for path, message in new]


def _without(
    draft: RawPreset, values: Mapping[str, Any], paths: Iterable[tuple[str, ...]]
) -> Animation | None:
    """Returns the film of values without some of them; None where the rest makes no film, either."""
    rest = {key: dict(value) if isinstance(value, Mapping) else value for key, value in values.items()}
    for path in paths:
        group = rest.get(path[0]) if path else None
        if len(path) > 1 and isinstance(group, dict):
            group.pop(path[1], None)
        elif path:
            rest.pop(path[0], None)
    context, hearing = film_scope(rest, draft.given or Given())
    try:
        return Animation.model_validate(rest, context=context).hearing(hearing.heard)
    except ValidationError:
        return None


def text_problems(draft: RawPreset) -> list[Problem]:
    """Returns a problem for each text with half a character, which no file and no tokenizer takes.

    Values that are nested too deeply are a problem, too: whatever reads them after this may recurse.
    """
    problems: list[Problem] = []
    try:
        for path, text in _texts(draft.values, ()):
            if half := half_character(text) or half_character(_decode(text)):
                message = f"contains {half}, half of a character; write the whole character"
                problems.append(Problem.of(draft.where(path), path, message))
    except RecursionError:
        return [Problem(draft.source, "", "is nested too deeply")]
    return problems


def _decode(text: str) -> str:
    """Returns the texts in a text that is JSON with escapes, as prompts may be; empty for any other."""
    if "\\u" not in text or not text.lstrip().startswith(("{", "[")):
        return ""
    try:
        return json.dumps(parse_json(text), ensure_ascii=False)
    except ValueError:  # reported where it is parsed
        return ""


def _texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yields each text in nested values with its path; a key belongs to the mapping that has it.

    Raises:
        RecursionError: They are nested more than `MAX_DEPTH` deep.
    """
    if len(path) > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield path, str(key)
            yield from _texts(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, str(index)))


def _schema_problems(draft: RawPreset) -> list[Problem]:
    version = draft.values.get("schema", SCHEMA_VERSION)
    if version == SCHEMA_VERSION:
        return []
    message = f"is {version!r}; this animator reads schema {SCHEMA_VERSION}"
    return [Problem(draft.where(("schema",)), "schema", message)]


def _problem(draft: RawPreset, details: ErrorDetails) -> Problem:
    path = tuple(str(part) for part in details["loc"])
    message = message_of(details)
    if details["type"] == "extra_forbidden":
        message = _unknown_setting(path, draft.values)
    elif len(path) == 1 and path[0] in MAIN_SETTINGS and not isinstance(details["input"], Mapping | list):
        kind = "a list of steps" if path[0] == "steps" else "a group of settings"
        message = f"is {kind}; did you mean `{MAIN_SETTINGS[path[0]]}`? Got {shorten(details['input'])}"
    return Problem.of(draft.where(path), path, message)


def _unknown_setting(path: tuple[str, ...], values: Mapping[str, Any]) -> str:
    group = group_of(path[0]) if len(path) > 1 else Animation
    if len(path) > 2 and path[0] == "steps":
        group = settings_of(values["steps"][int(path[1])]["use"])
    elif len(path) > 2:
        group = LISTS.get(path[0], group)
    names = list(group.model_fields) if group else []
    for word in words_of(path[-1]):
        if word in names and (len(path) > 1 or word not in MAIN_SETTINGS):
            return f"unknown setting; did you mean `{'.'.join((*path[:-1], word))}`?"
        if len(path) <= 2 and (question := question_about(word)):
            return f"unknown setting; {question}"
        if owners := [*_owners(word)]:
            return f"unknown setting here; did you mean `{owners[0]}`?"
    known = f"known here: {', '.join(sorted(names))}"
    return f"unknown setting; {suggestion(path[-1], names) or known}"


def question_for(name: str) -> str:
    """Returns the question that leads from a word, such as an option, to a setting; empty for others."""
    for word in words_of(name):
        if question := question_about(word):
            return question
        if owners := [*_owners(word)]:
            return f"did you mean `{owners[0]}`?"
    return ""


def _owners(word: str) -> Iterator[str]:
    """Yields the settings of a name in any group, such as `camera.fov`, also of `camera_fov`."""
    for name in Animation.model_fields:
        group = group_of(name)
        settings = group.model_fields if group else {}
        yield from (f"{name}.{one}" for one in (word, word.removeprefix(f"{name}_")) if one in settings)
    if word in Animation.model_fields and word not in MAIN_SETTINGS:
        yield word
