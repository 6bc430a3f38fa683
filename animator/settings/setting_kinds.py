"""`SettingKind`: what a setting's value is, and how its class in the settings declares it."""

from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from animator.settings.camera_moves import CameraMoves
from animator.settings.camera_path import CameraPath
from animator.settings.choices import OneOf
from animator.settings.fields import TINY, PromptPart, RangedSchedule
from animator.settings.keyed_images import KeyedImages
from animator.settings.paths import PathSetting
from animator.settings.prompt_images import PromptImages
from animator.settings.signals.markers import Markers
from animator.settings.subtitle_values import SubtitleValues
from schedules import Prompts, Schedule, TextSchedule

Choice = bool | int | str
"""A value that a setting may have, as presets have it."""


class SettingKind(Enum):
    """What a setting's value is. The values of kinds by frame may also be written for all frames at once."""

    SWITCH = "switch"
    """true or false."""
    CHOICE = "choice"
    """One of the setting's choices."""
    CHOICES = "choices"
    """A list of any number of them."""
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    SIZE = "size"
    """A list of width and height, whole numbers of pixels."""
    POINT = "point"
    """A list of three numbers: right, up and forward."""
    TEXT = "text"
    LONG_TEXT = "long text"
    """Text that may have several lines."""
    TEXTS = "texts"
    """A list of texts."""
    FILE = "file"
    """Path of a file to read."""
    IMAGE = "image"
    """Path of an image, or its URL."""
    CLIP = "clip"
    """Path of a video, or of a folder or pattern of images, or its URL."""
    WEIGHTS = "weights"
    """Path of a network's weights."""
    MODEL = "model"
    """Path of a model's file or folder, or its name."""
    FOLDER = "folder"
    """Path of a folder."""
    FOLDERS = "folders"
    """A list of paths of folders."""
    STEP = "step"
    """Name of a step: one of the setting's choices."""
    SCHEDULE = "schedule"
    """Numbers by frame."""
    TEXT_SCHEDULE = "text schedule"
    """Texts by frame."""
    PROMPTS = "prompts"
    """Prompts by frame."""
    IMAGES_BY_FRAME = "images by frame"
    """Paths of images by frame."""
    SCHEDULES_BY_NAME = "schedules by name"
    """A mapping of names to schedules."""
    FILES_BY_NAME = "files by name"
    """A mapping of names to paths, or to mappings that have one."""
    TIMES_BY_NAME = "times by name"
    """A mapping of names to seconds, or the path of a file that has one."""
    MOVES = "camera moves"
    """A list of a camera's moves, each a name or a mapping of it to settings."""
    POINTS_BY_FRAME = "points by frame"
    """Points of a camera's path by frame."""
    VALUE = "value"
    """Anything else: a step of another package may have it."""


NUMBERS = (SettingKind.WHOLE_NUMBER, SettingKind.NUMBER)
"""Kinds whose values are single numbers."""


@dataclass(frozen=True)
class Bounds:
    """The range of a number, or of each value of a schedule or side of a size.

    Attributes:
        low: Smallest value; None for no limit.
        high: Largest value; None for no limit.
        low_is_excluded: True where the value has to be above `low`.
        multiple_of: What it has to be a multiple of; None for any value.
    """

    low: float | None = None
    high: float | None = None
    low_is_excluded: bool = False
    multiple_of: int | None = None


_BY_CLASS = {
    Schedule: SettingKind.SCHEDULE,
    TextSchedule: SettingKind.TEXT_SCHEDULE,
    Prompts: SettingKind.PROMPTS,
    KeyedImages: SettingKind.IMAGES_BY_FRAME,
    PromptImages: SettingKind.IMAGES_BY_FRAME,
    SubtitleValues: SettingKind.SCHEDULES_BY_NAME,
    Markers: SettingKind.TIMES_BY_NAME,
    CameraMoves: SettingKind.MOVES,
    CameraPath: SettingKind.POINTS_BY_FRAME,
    bool: SettingKind.SWITCH,
    int: SettingKind.WHOLE_NUMBER,
    float: SettingKind.NUMBER,
    str: SettingKind.TEXT,
}
_BY_PATH = {
    "file": SettingKind.FILE,
    "weights": SettingKind.WEIGHTS,
    "image": SettingKind.IMAGE,
    "folder": SettingKind.FOLDER,
    "clip": SettingKind.CLIP,
    "name": SettingKind.MODEL,
}


def kind_of(field: FieldInfo) -> SettingKind:
    """Returns the kind of a setting."""
    items = _items(field.annotation)
    if choices_in(field):
        return SettingKind.CHOICES if items else SettingKind.CHOICE
    path = next((mark.kind for mark in field.metadata if isinstance(mark, PathSetting)), None)
    if items:
        return _kind_of_list(items, path)
    found = {_kind_of_class(part) for part in _parts(field.annotation)}
    kind = found.pop() if len(found) == 1 else SettingKind.VALUE
    if kind is not SettingKind.TEXT:
        return kind
    if path in _BY_PATH:
        return _BY_PATH[path]
    is_long = any(mark in field.metadata for mark in get_args(PromptPart)[1:])
    return SettingKind.LONG_TEXT if is_long else kind


def _kind_of_class(kind: Any) -> SettingKind:
    return next((found for known, found in _BY_CLASS.items() if kind is known), SettingKind.VALUE)


def _kind_of_list(items: tuple[Any, ...], path: str | None) -> SettingKind:
    plain = tuple(map(_without_marks, items))
    if plain == (str, Ellipsis):
        return SettingKind.FOLDERS if path == "folder" else SettingKind.TEXTS
    numbers = {(int, int): SettingKind.SIZE, (float, float, float): SettingKind.POINT}
    return numbers.get(plain, SettingKind.VALUE)


def choices_in(field: FieldInfo) -> tuple[Choice, ...]:
    """Returns the values that a setting, or an item of its list, may have; empty if any, and for a switch."""
    items = _items(field.annotation)
    annotation, marks = field.annotation, field.metadata
    if Ellipsis in items:
        annotation, marks = items[0], [*_marks(items[0])]
    if chosen := next((mark for mark in marks if isinstance(mark, OneOf)), None):
        return chosen.all_names
    return () if annotation is bool else _choices(annotation)


def bounds_of(field: FieldInfo) -> Bounds:
    """Returns the range of a setting's numbers."""
    inner = (*_members(field.annotation), *_items(field.annotation)[:1])
    marks = [*field.metadata, *(mark for part in inner for mark in _marks(part))]
    marks = [part for mark in marks for part in (mark.metadata if isinstance(mark, FieldInfo) else [mark])]
    if numbers := next((mark for mark in marks if isinstance(mark, RangedSchedule)), None):
        is_above = numbers.low == TINY
        return Bounds(0 if is_above else numbers.low, numbers.high, low_is_excluded=is_above)
    above = _limit(marks, "gt")
    low = _limit(marks, "ge") if above is None else above
    return Bounds(low, _limit(marks, "le"), above is not None, _limit(marks, "multiple_of"))


def _limit(marks: list[Any], name: str) -> Any:
    return next((getattr(mark, name) for mark in marks if hasattr(mark, name)), None)


def _items(annotation: Any) -> tuple[Any, ...]:
    """Returns what a tuple has, which may be optional; empty for other annotations."""
    return next((get_args(part) for part in _parts(annotation) if get_origin(part) is tuple), ())


def _parts(annotation: Any) -> tuple[Any, ...]:
    """Returns the members of a union but None, without their marks; other annotations alone."""
    members = map(_without_marks, _members(annotation))
    return tuple(member for member in members if member is not NoneType)


def _members(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _without_marks(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _marks(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()


def _choices(annotation: Any) -> tuple[Choice, ...]:
    """Returns the values of an annotation that allows only some; empty for others."""
    annotation = _without_marks(annotation)
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(member.value for member in annotation)
    if annotation is bool:
        return (True, False)
    parts = _parts(annotation)
    found = [_choices(part) for part in parts] if parts != (annotation,) else []
    return tuple(choice for one in found for choice in one) if all(found) else ()
