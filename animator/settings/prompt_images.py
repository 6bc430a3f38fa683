"""Images that a film follows as it follows its prompts, as named in a setting."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from animator.settings.fields import ParsedField
from animator.settings.signals.names import Known, markers_for
from schedules import ScheduleError, Scope
from schedules.keys import KeyTime
from schedules.sources import Frozen, entries, freeze, thaw

MOST_IMAGES = 16
"""Images that may act at once; each takes as much attention as the others."""
_EXPECTED = "expected the path of an image, a list of paths, or either by frame: {0: a.png, 60: b.png}"


@dataclass(frozen=True)
class PromptImages:
    """Names of images, of which one or several act at a time. Equal where the sources are equal.

    Attributes:
        frozen: The source in hashable form.
        keys: Time and names of the images that act from there on, in written order.
    """

    frozen: Frozen
    keys: tuple[tuple[KeyTime, tuple[str, ...]], ...] = field(compare=False)

    @classmethod
    def parse(cls, source: Any, markers: Collection[str] = ()) -> "PromptImages":
        """Parses images.

        Args:
            source: A name, a list of names, or a mapping `{0: a.png, 60: [b.png, c.png]}`; "" for none.
            markers: Names allowed as keys; `Scope.markers` has the times.

        Raises:
            ScheduleError: It is none of these.
        """
        if source == "":
            return cls(source, ())
        by_frame = source if isinstance(source, Mapping) else {0: source}
        keys = tuple((entry.at, _names(entry.value)) for entry in entries(by_frame, markers))
        return cls(freeze(source), keys)

    @property
    def source(self) -> Any:
        """The images as written, ready for YAML."""
        return thaw(self.frozen)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name once, in written order."""
        return tuple(dict.fromkeys(name for _, names in self.keys for name in names))

    def keyframes(self, scope: Scope) -> dict[int, tuple[str, ...]]:
        """Returns the names by the frame from which on they act, ascending.

        Raises:
            ScheduleError: A key does not give a frame.
        """
        return dict(sorted((at.frame(scope), names) for at, names in self.keys))


def _names(value: Any) -> tuple[str, ...]:
    names = value if isinstance(value, list | tuple) else [value]
    if not names or any(not isinstance(name, str) or not name.strip() for name in names):
        raise ScheduleError(f"is {value!r:.80}", hint=_EXPECTED)
    if len(names) > MOST_IMAGES:
        raise ScheduleError(f"names {len(names)} images at once; expected at most {MOST_IMAGES}")
    return tuple(name.strip() for name in names)


class _Images(ParsedField):
    """Marks a field of images to follow."""

    json_schema: ClassVar[Mapping[str, Any]] = {
        "type": ["string", "array", "object"],
        "description": "the path of an image, a list of paths, or either by frame",
    }

    def parse(self, value: Any, known: Known) -> PromptImages:
        """Parses images and checks their keys over the film's frames."""
        is_parsed = isinstance(value, PromptImages)
        images = value if is_parsed else PromptImages.parse(value, markers_for(value, known))
        if isinstance(known, Scope):
            images.keyframes(known)
        return images


ImagesToFollow = Annotated[PromptImages, _Images()]
