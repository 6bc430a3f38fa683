"""The values of a film at every frame, before anything is rendered."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from animator.jobs.settings import draft_of
from animator.presets.load import resolve
from animator.server.errors import RequestError
from animator.server.problems import problem_responses
from animator.server.v1.film_body import SMALL_FILM, FilmBody, Size
from animator.timeline.table import rows
from animator.timeline.timeline import Timeline
from schedules.suggest import suggestion

MAX_VALUES = 500_000
"""Values of one answer: as many as 60 columns of 8,000 frames."""
MAX_TEXT = 20_000_000
"""Characters of the texts in one answer."""
router = APIRouter(prefix="/api/v1", tags=["films"])


class TimelineRequest(FilmBody):
    """A film, and which of its values to return."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**SMALL_FILM, "columns": ["prompt", "motion"], "to": 9}]}
    )

    columns: list[str] = Field(
        default_factory=list,
        max_length=500,
        description="Names such as `motion.zoom`, or of a group such as `motion`; all where there are none.",
    )
    first: int = Field(0, ge=0, alias="from", description="The first frame.")
    last: int | None = Field(
        None, ge=0, alias="to", description="The last frame; that of the film without it."
    )


class TimelineValues(BaseModel):
    """The values of a film, a list for each column with a value for each frame."""

    name: str
    fps: float
    size: Size
    frames: int = Field(description="Frames of the film.")
    first: int = Field(serialization_alias="from")
    last: int = Field(serialization_alias="to")
    columns: dict[str, list[Any]]


@router.post(
    "/timeline",
    operation_id="get_timeline",
    responses=problem_responses(),
    summary="Values of every frame",
)
def get_timeline(wanted: TimelineRequest) -> TimelineValues:
    """Evaluates every schedule and prompt of a film; no model loads, and nothing is rendered."""
    timeline = Timeline(resolve(*draft_of(wanted.film_request())))
    film = timeline.animation
    last = film.frames - 1 if wanted.last is None else wanted.last
    if not wanted.first <= last < film.frames:
        raise RequestError(
            "/from",
            f"from {wanted.first} to {last}: expected frames of the film, which has 0 to {film.frames - 1}",
        )
    return TimelineValues(
        name=film.name,
        fps=film.fps,
        size=list(film.size),
        frames=film.frames,
        first=wanted.first,
        last=last,
        columns=_values(timeline, range(wanted.first, last + 1), wanted.columns),
    )


def _values(timeline: Timeline, frames: range, wanted: list[str]) -> dict[str, list[Any]]:
    names = _names(next(iter(rows(timeline, frames[:1]))), wanted)
    if len(names) * len(frames) > MAX_VALUES:
        raise RequestError(
            "/columns",
            f"{len(names)} columns of {len(frames)} frames are {len(names) * len(frames)} values; at most "
            f"{MAX_VALUES} are answered: name the `columns` you need, or fewer frames by `from` and `to`",
        )
    columns: dict[str, list[Any]] = {name: [] for name in names}
    text = 0
    for row in rows(timeline, frames):
        for name in names:
            value = row[name]
            text += len(value) if isinstance(value, str) else 0
            columns[name].append(value)
        if text > MAX_TEXT:
            raise RequestError(
                "/columns",
                f"the texts of these frames have more than {MAX_TEXT} characters; leave out `prompt` and "
                "the like by naming the `columns` you need, or ask for fewer frames by `from` and `to`",
            )
    return columns


def _names(known: Iterable[str], wanted: list[str]) -> list[str]:
    """Returns the columns of the wanted names, a group's name standing for all of its columns."""
    every = list(known)
    chosen = [name for name in every if not wanted or name in wanted or _is_below(name, wanted)]
    missing = [
        name for name in wanted if name not in chosen and not any(_is_below(one, [name]) for one in chosen)
    ]
    if missing:
        hint = suggestion(missing[0], every)
        raise RequestError(
            "/columns", f"{missing[0]:.80}: is not one of the film; {hint or 'without `columns` all come'}"
        )
    return chosen


def _is_below(name: str, groups: list[str]) -> bool:
    return any(name.startswith(f"{group}.") for group in groups)
