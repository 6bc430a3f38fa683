"""The named moves of a film's camera, as settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic_core import PydanticCustomError

from animator.camera.channels import Channels
from animator.camera.drive import Drive, paced, swing_of
from animator.camera.moves import MOVES
from animator.settings.fields import ParsedField, RangedSchedule
from animator.settings.signals.names import ANY_NAME, Known, markers_for
from schedules import EASINGS, Schedule, ScheduleError, Scope
from schedules.formula import Place
from schedules.keys import KeyTime, parse_key
from schedules.sources import Frozen, freeze, thaw
from schedules.suggest import suggestion
from schedules.values import check_ease, is_number

MOST_MOVES = 32
_MOST = 100.0
_NUMBER = RangedSchedule(-_MOST, _MOST)
_COMMON = ("speed", "intensity", "from", "to", "ease")
_EXAMPLE = "expected moves such as [{orbit: {speed: 1, radius: 2}}, {shake: {intensity: 0.5}}, dolly_in]"


@dataclass(frozen=True)
class MoveSettings:
    """One move of a film.

    Attributes:
        name: One of `animator.camera.moves.MOVES`.
        speed: How fast it runs; negative runs it backward.
        intensity: How far it goes.
        first: When it begins; None at the film's start.
        last: When it ends; None at the film's end.
        ease: How it gets on.
        distance: Of what it turns about, in the scene's unit.
        seed: Of its noise; None takes the film's.
    """

    name: str
    speed: Schedule
    intensity: Schedule
    first: KeyTime | None
    last: KeyTime | None
    ease: str
    distance: float
    seed: int | None

    def steps(self, scope: Scope) -> Channels:
        """Returns what it does at every frame.

        Raises:
            ScheduleError: It ends before it begins, or a schedule has no value at some frame.
        """
        first = 0 if self.first is None else self.first.frame(scope)
        last = max(scope.max_f, first + 1) if self.last is None else self.last.frame(scope)
        if last <= first:
            raise ScheduleError(f"to: is frame {last}; expected one after from, which is frame {first}")
        speed, intensity = (_values(self, name, scope) for name in ("speed", "intensity"))
        drive = Drive(
            step=paced(speed, scope.fps, first, last, EASINGS[self.ease]),
            intensity=intensity,
            swing=swing_of(scope.frames, scope.fps, first, last),
            fps=scope.fps,
            distance=self.distance,
            seed=scope.seed if self.seed is None else self.seed,
        )
        return MOVES[self.name].steps(drive)


@dataclass(frozen=True)
class CameraMoves:
    """The moves of a film's camera. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        moves: The moves, in written order; what they do adds up.
    """

    frozen: Frozen
    moves: tuple[MoveSettings, ...] = field(default=(), compare=False)

    @classmethod
    def parse(cls, source: Any, known: Known = ANY_NAME) -> "CameraMoves":
        """Parses moves, and checks them over the film's frames if its scope is known.

        Args:
            source: A list of names, and of mappings of a name to the move's settings.
            known: What is known of the film.

        Raises:
            ScheduleError: It is not such a list; says which move and setting is at fault.
        """
        if not isinstance(source, Sequence) or isinstance(source, str | bytes):
            raise ScheduleError(f"is {source!r:.80}", hint=_EXAMPLE)
        if len(source) > MOST_MOVES:
            raise ScheduleError(f"has {len(source)} moves; expected at most {MOST_MOVES}")
        moves = tuple(_located(index, item, known) for index, item in enumerate(source))
        return cls(freeze(source), moves)

    @property
    def source(self) -> Any:
        """The moves as written, ready for YAML."""
        return thaw(self.frozen)

    def steps(self, scope: Scope) -> Channels:
        """Returns what all of the moves do at every frame.

        Raises:
            ScheduleError: As in `MoveSettings.steps`.
        """
        return Channels.sum((move.steps(scope) for move in self.moves), scope.frames)

    def trembling(self, scope: Scope) -> Channels:
        """Returns what those of the moves do at every frame that are made of noise.

        Raises:
            ScheduleError: As in `MoveSettings.steps`.
        """
        noisy = (move for move in self.moves if MOVES[move.name].is_noise)
        return Channels.sum((move.steps(scope) for move in noisy), scope.frames)

    @property
    def in_depth(self) -> tuple[str, ...]:
        """The names of the moves that need depth, as they turn about something."""
        return tuple(move.name for move in self.moves if MOVES[move.name].distance)


class _CameraMovesField(ParsedField):
    """Marks the field of a camera's moves."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "array",
        "maxItems": MOST_MOVES,
        "description": "names of moves, or mappings of a name to the move's settings",
        "items": {
            "anyOf": [
                {"enum": [*MOVES]},
                {
                    "type": "object",
                    "propertyNames": {"enum": [*MOVES]},
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ]
        },
    }

    def parse(self, value: Any, known: Known) -> CameraMoves:
        """Parses the moves."""
        return CameraMoves.parse(value.source if isinstance(value, CameraMoves) else value, known)


CameraMovesList = Annotated[CameraMoves, _CameraMovesField()]


def _located(index: int, item: Any, known: Known) -> MoveSettings:
    name, given = _named(index, item)
    try:
        move = _move(name, given, known)
        if isinstance(known, Scope):
            move.steps(known)
    except ScheduleError as error:
        raise ScheduleError(f"{index} {name}: {error}") from error
    return move


def _named(index: int, item: Any) -> tuple[str, Mapping[Any, Any]]:
    """Returns the name of a move and what is given about it."""
    given: Any
    if isinstance(item, str):
        name, given = item, {}
    elif isinstance(item, Mapping) and len(item) == 1:
        name, given = next(iter(item.items()))
        given = {} if given is None else given
    else:
        raise ScheduleError(f"{index}: is {item!r:.80}", hint=_EXAMPLE)
    if name not in MOVES:
        close = suggestion(name, MOVES) if isinstance(name, str) else ""
        raise ScheduleError(
            f"{index}: there is no move {name!r:.80}", hint=close or f"expected one of {', '.join(MOVES)}"
        )
    if not isinstance(given, Mapping):
        raise ScheduleError(
            f"{index} {name}: is {given!r:.80}", hint="expected settings such as {speed: 1, intensity: 1}"
        )
    return name, given


def _move(name: str, given: Mapping[Any, Any], known: Known) -> MoveSettings:
    kind = MOVES[name]
    own = (*((kind.distance,) if kind.distance else ()), *(("seed",) if kind.is_noise else ()))
    for key in given:
        if key not in (*_COMMON, *own):
            expected = ", ".join((*_COMMON, *own))
            raise ScheduleError(f"has no setting {key!r:.80}", hint=f"expected some of {expected}")
    return MoveSettings(
        name,
        _schedule("speed", given, known),
        _schedule("intensity", given, known),
        _time("from", given, known),
        _time("to", given, known),
        _ease(given.get("ease", kind.ease)),
        _distance(kind.distance, given.get(kind.distance, kind.default_distance)),
        _seed(given.get("seed")),
    )


def _schedule(name: str, given: Mapping[Any, Any], known: Known) -> Schedule:
    try:
        return _NUMBER.parse(given.get(name, 1), known)
    except ScheduleError as error:
        raise ScheduleError(f"{name}: {error}") from error
    except PydanticCustomError as error:  # outside the range at some frame
        raise ScheduleError(f"{name}: {error.message()}") from error


def _values(move: MoveSettings, name: str, scope: Scope) -> Any:
    """Returns the values of a schedule (frames,), in reasonable bounds even with `compat`."""
    try:
        values = getattr(move, name).values(scope)
    except ScheduleError as error:
        raise ScheduleError(f"{name}: {error}") from error
    return np.clip(values, -_MOST, _MOST)


def _time(name: str, given: Mapping[Any, Any], known: Known) -> KeyTime | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, str) and not is_number(value):
        raise ScheduleError(f"{name}: is {value!r:.80}", hint="expected a frame or a time, such as 60 or 2s")
    try:
        return parse_key(str(value), Place(str(value)), markers_for({value: None}, known))
    except ScheduleError as error:
        raise ScheduleError(f"{name}: {error}") from error


def _ease(name: Any) -> str:
    try:
        return check_ease(str(name), Place(str(name)))
    except ScheduleError as error:
        raise ScheduleError(f"ease: {error}") from error


def _distance(name: str, value: Any) -> float:
    if not is_number(value) or not 0.01 <= value <= 1e6:
        raise ScheduleError(
            f"{name}: is {value!r:.80}", hint="expected a number from 0.01, in the scene's unit"
        )
    return float(value)


def _seed(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**63):
        raise ScheduleError(f"seed: is {value!r:.80}", hint="expected a whole number")
    return value
