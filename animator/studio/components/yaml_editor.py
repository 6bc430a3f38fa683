"""`YamlEditor`: a text editor for a preset that others change at the same time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import nicegui.elements.codemirror  # noqa: F401 (registers the scripts that the component loads)
from nicegui.element import Element
from nicegui.events import GenericEventArguments


@dataclass(frozen=True)
class Typed:
    """A text that was typed.

    Attributes:
        text: The whole text.
        version: That of the text on which it was typed.
        number: Its number among those of this editor.
    """

    text: str
    version: int
    number: int


@dataclass(frozen=True)
class Place:
    """A problem in the text.

    Attributes:
        line: Its line, from 1.
        column: Its column, from 1.
        message: What is wrong.
    """

    line: int
    column: int
    message: str


class YamlEditor(Element, component="yaml_editor.js"):
    """A text editor for a preset that others change at the same time.

    Args:
        text: The text.
        version: Its version.
        label: What it is called for those who do not see it.
        hint: Id of the element that tells how to use it.
        words: Names of settings to complete, by the group that they are in.
        limit: Characters that the text may have.
    """

    def __init__(
        self,
        text: str,
        version: int,
        *,
        label: str,
        hint: str,
        words: Mapping[str, Sequence[str]],
        limit: int,
    ) -> None:
        super().__init__()
        self._taken = self._refused = 0
        self._props["label"], self._props["hint"], self._props["limit"] = label, hint, limit
        self._props["words"] = {group: list(names) for group, names in words.items()}
        self._props["marks"] = {"version": -1, "places": []}
        self.show(text, version)

    def show(self, text: str, version: int) -> None:
        """Shows the text of a version; what is being typed is kept in it."""
        shared = {"text": text, "version": version, "taken": self._taken, "refused": self._refused}
        if self._props.get("shared") != shared:
            self._props["shared"] = shared

    def underline(self, version: int, places: Sequence[Place]) -> None:
        """Marks the problems of a version."""
        self._props["marks"] = {"version": version, "places": [asdict(place) for place in places]}

    def lead(self, line: int, column: int) -> None:
        """Puts the cursor at a place, and shows it."""
        self.run_method("lead", line, column)

    def settle(self, typed: Typed, *, taken: bool) -> None:
        """Answers a typed text; `show` has to follow.

        Args:
            typed: The text.
            taken: True if it is the text now; False where another change came first, over which the editor
                then sends it again.
        """
        if taken:
            self._taken = typed.number
        else:
            self._refused = typed.number

    def on_typed(self, take: Callable[[Typed], None]) -> None:
        """Calls a function with each typed text, which has to `settle` it."""

        def arrived(event: GenericEventArguments) -> None:
            text, version, number = (event.args[name] for name in ("text", "version", "number"))
            take(Typed(str(text), int(version), int(number)))

        self.on("typed", arrived)

    def on_too_long(self, tell: Callable[[int], Any]) -> None:
        """Calls a function with the number of characters of a text that has more than it may."""
        self.on("too-long", lambda event: tell(int(event.args["length"])))
