"""Changes the keys of a schedule in a preset's text: the rest of the text stays as it is."""

from collections.abc import Callable
from dataclasses import dataclass

from animator.errors import UserError
from animator.presets.edit import set_value
from animator.presets.load import examine
from animator.presets.request import draft_of_request
from animator.settings import Animation
from animator.settings.group import SettingsGroup
from animator.settings.validate import Examined
from animator.studio.analysis import preset_text
from animator.studio.film.curves.board import Board
from animator.studio.film.curves.keys import Keys, Source, keys_of
from animator.studio.film.curves.problems import problem_of
from animator.studio.film.curves.rows import curve_data, points_for
from animator.studio.film.curves.wire import CurveData
from schedules import Schedule

Edit = Callable[[Keys], Keys]
"""Edits the keys of a schedule."""


class ChangedElsewhereError(UserError):
    """A key that is no longer what the page showed, because another page has changed the schedule."""

    def __init__(self) -> None:
        super().__init__("this schedule was just changed on another page; look at it, and try again")


@dataclass(frozen=True)
class Place:
    """A schedule as a page shows it.

    Attributes:
        path: Its setting.
        source: Its source there.
    """

    path: str
    source: Source


def changed(text: str, place: Place, edit: Edit) -> tuple[str, Source]:
    """Returns the preset with an edited schedule, and the schedule's new source.

    Args:
        text: The preset.
        place: The schedule.
        edit: What to do with its keys.

    Raises:
        UserError: The schedule cannot be edited, or the film would not take it as it would be.
        ScheduleError: What was typed is no schedule.
    """
    path, before = place.path, _film(text, place.path)
    keys = keys_of(before, path)
    if keys.source != place.source:
        raise ChangedElsewhereError
    source = edit(keys).source
    result = set_value(text, tuple(path.split(".")), source)
    after = _examined(result)
    if problem := problem_of(path, after.problems):
        raise UserError(problem.message)
    return result, source


def previewed(board: Board, path: str, edit: Edit) -> CurveData:
    """Returns a curve as an edit will make it; nothing is changed.

    Args:
        board: What the page shows; it has a film.
        path: The curve.
        edit: What to do with its keys.

    Raises:
        UserError: There is no such curve, or it cannot be evaluated then.
        ScheduleError: It is no schedule then.
    """
    film = board.film
    if film is None:
        raise UserError("there is no film to show")
    keys = edit(keys_of(film, path))
    scope = film.scope
    schedule = Schedule.parse(keys.source, signals=scope.signals, markers=scope.markers)
    edited = with_schedule(film, path, schedule)
    rows = len(board.data["curves"])
    return curve_data(edited, path, keys, board.data["window"], points_for(rows))


def with_schedule(film: Animation, path: str, schedule: Schedule) -> Animation:
    """Returns a film with another schedule, which is not checked: to look at it while a key is dragged."""
    group, _, name = path.rpartition(".")
    top, _, index = group.partition(".")
    if not index:
        return film.model_copy(update={top: _with(getattr(film, top), name, schedule)})
    items = list(getattr(film, top))
    items[int(index)] = _with(items[int(index)], name, schedule)
    return film.model_copy(update={top: tuple(items)})


def _with(group: SettingsGroup, name: str, schedule: Schedule) -> SettingsGroup:
    return group.model_copy(update={name: schedule})


def _film(text: str, path: str) -> Animation:
    """Returns the film of a preset whose schedule can be edited.

    Raises:
        UserError: It cannot, because of a problem in the preset.
    """
    examined = _examined(text)
    if problem := problem_of(path, examined.problems):
        raise UserError(f"correct the preset first: {problem}")
    if examined.animation is None:
        raise UserError("correct the preset first: it has problems that make it no film")
    return examined.animation


def _examined(text: str) -> Examined:
    return examine(*draft_of_request(preset_text(text)))
