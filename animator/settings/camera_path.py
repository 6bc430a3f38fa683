"""The path of a film's camera, as settings."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np

from animator.camera.path import Curve, PathPoint, PathPoses, Timing, Triple, follow
from animator.settings.fields import ParsedField
from animator.settings.signals.names import Known, markers_for
from schedules import EASINGS, ScheduleError, Scope
from schedules.formula import Place
from schedules.keys import KeyTime
from schedules.sources import Entry, Frozen, entries, freeze, thaw
from schedules.values import check_ease, is_number

MOST_POINTS = 1000
_LARGEST = 1e6
_NAMES = ("position", "look_at", "roll", "fov", "ease")
_EXAMPLE = "expected points by frame, such as {0: {position: [0, 0, 0]}, 60: {position: [1, 0, 2]}}"


@dataclass(frozen=True)
class PathKey:
    """A point of a path as written: its time, and the point, whose frame is not known yet."""

    at: KeyTime
    point: PathPoint


@dataclass(frozen=True)
class CameraPath:
    """Points that the camera goes through. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        keys: The points, in written order.
    """

    frozen: Frozen
    keys: tuple[PathKey, ...] = field(default=(), compare=False)

    @classmethod
    def parse(cls, source: Any, markers: Collection[str] = ()) -> "CameraPath":
        """Parses a path.

        Args:
            source: A mapping of frames or times to points; empty for none.
            markers: Names allowed as keys; `Scope.markers` has the times.

        Raises:
            ScheduleError: It is not such a mapping; says which point and setting is at fault.
        """
        if not isinstance(source, Mapping):
            raise ScheduleError(f"is {source!r:.80}", hint=_EXAMPLE)
        if len(source) == 1 or len(source) > MOST_POINTS:
            raise ScheduleError(f"has {len(source)} points; expected 2 to {MOST_POINTS}")
        keys = tuple(PathKey(entry.at, _point(entry)) for entry in entries(source, markers))
        for name in ("look_at", "fov"):
            if len({getattr(key.point, name) is None for key in keys}) > 1:
                raise ScheduleError(
                    f"only some points have {name}", hint="expected it in all of them, or none"
                )
        return cls(freeze(source), keys)

    @property
    def source(self) -> Any:
        """The path as written, ready for YAML."""
        return thaw(self.frozen)

    def points(self, scope: Scope) -> list[PathPoint]:
        """Returns the points by their frames.

        Raises:
            ScheduleError: A key gives no frame, or two give the same.
        """
        by_frame: dict[int, PathPoint] = {}
        for key in self.keys:
            frame = key.at.frame(scope)
            if frame in by_frame:
                raise ScheduleError(f"two points are at frame {frame}; expected one at each")
            point = key.point
            by_frame[frame] = PathPoint(
                frame, point.position, point.look_at, point.roll, point.fov, point.ease
            )
        return [by_frame[frame] for frame in sorted(by_frame)]

    def poses(self, scope: Scope, curve: Curve, timing: Timing) -> PathPoses:
        """Returns where the camera is at every frame; see `animator.camera.path.follow`."""
        return follow(self.points(scope), scope.frames, curve, timing)


class _CameraPathField(ParsedField):
    """Marks the field of a camera's path."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "description": "points by frame, such as {0: {position: [0, 0, 0], look_at: [0, 0, 2]}}",
    }

    def parse(self, value: Any, known: Known) -> CameraPath:
        """Parses the path, and finds the frames of its points."""
        path = value if isinstance(value, CameraPath) else CameraPath.parse(value, markers_for(value, known))
        if isinstance(known, Scope):
            path.points(known)
        return path


PathPoints = Annotated[CameraPath, _CameraPathField()]


def _point(entry: Entry) -> PathPoint:
    value, label = entry.value, entry.place.label
    if not isinstance(value, Mapping) or "position" not in value:
        raise ScheduleError(
            f"{label}is {value!r:.80}", hint="expected a point, such as {position: [0, 0, 0]}"
        )
    for name in value:
        if name not in _NAMES:
            raise ScheduleError(f"{label}has no setting {name!r:.80}", hint=f"known: {', '.join(_NAMES)}")
    look_at = value.get("look_at")
    fov = value.get("fov")
    return PathPoint(
        frame=0,
        position=_triple(f"{label}position", value["position"]),
        look_at=None if look_at is None else _triple(f"{label}look_at", look_at),
        roll=_number(f"{label}roll", value.get("roll", 0), (-_LARGEST, _LARGEST)),
        fov=None if fov is None else _number(f"{label}fov", fov, (1, 170)),
        ease=EASINGS[check_ease(value.get("ease", "linear"), Place("", 0, f"{label}ease: "))],
    )


def _triple(label: str, value: Any) -> Triple:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 3:
        raise ScheduleError(f"{label}: is {value!r:.80}", hint="expected [right, up, forward], three numbers")
    x, y, z = (_number(label, one, (-_LARGEST, _LARGEST)) for one in value)
    return x, y, z


def _number(label: str, value: Any, limits: tuple[float, float]) -> float:
    low, high = limits
    if not is_number(value) or not np.isfinite(float(value)) or not low <= value <= high:
        raise ScheduleError(f"{label}: is {value!r:.80}", hint=f"expected a number from {low:g} to {high:g}")
    return float(value)
