"""Images by frame, as named in a film's settings."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from animator.core.json_text import parse_json
from animator.settings.compat import rules_within
from schedules import ScheduleError, Scope
from schedules.keys import KeyTime
from schedules.sources import Frozen, entries, freeze, thaw


@dataclass(frozen=True)
class KeyedImages:
    """Paths of images by frame. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        keys: Time and path of each image, in written order.
    """

    frozen: Frozen
    keys: tuple[tuple[KeyTime, str], ...] = field(compare=False)

    @classmethod
    def parse(cls, source: str | Mapping[Any, Any], markers: Collection[str] = ()) -> "KeyedImages":
        """Parses keyed images.

        Args:
            source: A mapping `{0: "a.png", "max_f/2": "b.png"}`, the same as JSON, or "" for none.
            markers: Names allowed as keys; `Scope.markers` has the times.

        Raises:
            ScheduleError: Not a mapping of keys to paths.
        """
        images = _parse_json(source) if isinstance(source, str) else source
        if not isinstance(images, Mapping):
            raise ScheduleError(
                f"is {images!r:.80}", hint='expected images by frame, such as {"0": "a.png", "30": "b.png"}'
            )
        keys: list[tuple[KeyTime, str]] = []
        for entry in entries(images, markers):
            if not isinstance(entry.value, str) or not entry.value.strip():
                raise entry.place.error("expected the path of an image")
            keys.append((entry.at, entry.value.strip()))
        return cls(freeze(images), tuple(keys))

    @property
    def source(self) -> Any:
        """The images as written: a mapping, ready for YAML."""
        return thaw(self.frozen)

    @property
    def paths(self) -> tuple[str, ...]:
        """The path of every image once, in written order."""
        return tuple(dict.fromkeys(path for _, path in self.keys))

    def keyframes(self, scope: Scope) -> tuple[tuple[int, str], ...]:
        """Returns frame and path of every image: sorted, or in written order if the film's rules ask for it.

        Raises:
            ScheduleError: A key does not give a frame.
        """
        keyframes = tuple((at.frame(scope), path) for at, path in self.keys)
        return tuple(sorted(dict(keyframes).items())) if rules_within(scope).sorts_images else keyframes


def _parse_json(text: str) -> Any:
    if not text.strip():
        return {}
    try:
        return parse_json(text)
    except json.JSONDecodeError as error:
        raise ScheduleError(f"is not JSON: {error.msg}", text=text, column=error.pos) from error
    except ValueError as error:
        raise ScheduleError(f"is not JSON: {error}", text=text) from error
