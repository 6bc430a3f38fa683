"""`examine`: settings of images from a draft, their files found and open values filled, and every problem."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from animator.errors import Problem, UserError
from animator.generation.files import outside_problems, resolve_files
from animator.generation.other_words import main_setting, unknown_setting
from animator.generation.settings import ImageSettings
from animator.generation.styles import read_styles, styles_named
from animator.models.diffusion.checkpoints.defaults import ModelDefaults, defaults_of
from animator.models.diffusion.checkpoints.find import STARTER, find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.folders import model_folders
from animator.problem import MAX_SHOWN
from animator.settings.raw import RawPreset
from animator.settings.validate import text_problems
from animator.settings.wording import message_of, shorten

_UNKNOWN = ModelDefaults("a model of unknown kind", 512, 20, 7.0, 1, 0.0)


@dataclass(frozen=True)
class Examined:
    """A draft after validation.

    Attributes:
        draft: The draft, its files resolved.
        settings: The settings; those that are wrong have their defaults. None where even that is not valid.
        problems: The mistakes.
        more: Number of mistakes that are not in `problems`.
    """

    draft: RawPreset
    settings: ImageSettings | None
    problems: tuple[Problem, ...] = ()
    more: int = 0


def examine(draft: RawPreset, problems: Iterable[Problem] = ()) -> Examined:
    """Returns the settings of a draft, and its problems after those known already."""
    if broken := text_problems(draft):
        return Examined(draft, None, (*problems, *broken))
    if outside := outside_problems(draft):  # then no file at all is looked at
        return replace(_validated(draft, [*problems, *outside]), settings=None)
    draft, missing = resolve_files(draft)
    examined = _validated(draft, [*problems, *missing])
    if examined.settings is None or any(problem.path == "styles_file" for problem in missing):
        return examined
    styles = _style_problems(draft, examined.settings)
    return replace(examined, problems=(*examined.problems, *styles))


def _validated(draft: RawPreset, known: list[Problem]) -> Examined:
    values = with_defaults(draft.values)
    try:
        settings = ImageSettings.model_validate(values)
    except ValidationError as error:
        described = error.errors()[:MAX_SHOWN]
        paths = {problem.path for problem in known}
        wrong = (_problem(draft, details) for details in described)
        known += [problem for problem in wrong if problem.path not in paths]
        broken_names = {_path(details)[0] for details in error.errors()}
        more = error.error_count() - len(described)
        return Examined(draft, _without(values, broken_names), tuple(known), more)
    return Examined(draft, settings, tuple(known))


def _without(values: Mapping[str, Any], names: Iterable[str]) -> ImageSettings | None:
    """Returns the settings of values without some of them; None where the rest is not valid, either."""
    rest = with_defaults({name: value for name, value in values.items() if name not in names})
    try:
        return ImageSettings.model_validate(rest)
    except ValidationError:
        return None


def with_defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns settings with the steps and the guidance scale that suit the model where they are open."""
    suits = defaults_for(values.get("model", STARTER), values.get("model_folders"))
    filled = dict(values)
    for name, value in (("steps", suits.steps), ("cfg_scale", suits.cfg_scale)):
        if filled.get(name) is None:
            filled[name] = value
    return filled


def defaults_for(model: object, folders: object = None) -> ModelDefaults:
    """Returns what suits a model; common values where its kind is not known.

    Args:
        model: Its name.
        folders: The folders in which models are found by name; None for the default ones.
    """
    if not isinstance(model, str):  # validation reports it
        return _UNKNOWN
    try:
        return defaults_of(find_checkpoint(model.strip(), library_of(folders))) or _UNKNOWN
    except UserError:  # the preflight reports it where this model is opened; a given diffuser needs no file
        return _UNKNOWN


def library_of(folders: object = None) -> Library:
    """Returns the library of model folders as settings name them; None for the default ones."""
    named = folders if isinstance(folders, list | tuple) else ImageSettings().model_folders
    return Library(model_folders(map(str, named)))


def _style_problems(draft: RawPreset, settings: ImageSettings) -> list[Problem]:
    if not settings.styles:
        return []
    keys = ("styles_file",)
    try:
        known = read_styles(settings.styles_file)
        keys = ("styles",)
        styles_named(settings.styles, known)
    except UserError as error:
        return [Problem.of(draft.where(keys), keys, error.message)]
    return []


def _path(details: ErrorDetails) -> tuple[str, ...]:
    """Returns the path of a wrong setting; that of settings that do not fit together is in the message."""
    if details["loc"]:
        return tuple(str(part) for part in details["loc"])
    return tuple(details["msg"].partition(": ")[0].split("."))


def _problem(draft: RawPreset, details: ErrorDetails) -> Problem:
    path = _path(details)
    message = message_of(details).removeprefix(f"{'.'.join(path)}: ")
    if details["type"] == "extra_forbidden":
        message = unknown_setting(path)
    elif len(path) == 1 and main_setting(path[0]) and not isinstance(details["input"], Mapping):
        message = (
            f"is a group of settings; did you mean `{main_setting(path[0])}`? Got {shorten(details['input'])}"
        )
    below = (place for at, place in draft.places.items() if at[: len(path)] == path)
    return Problem.of(next(below, draft.where(path)), path, message)
