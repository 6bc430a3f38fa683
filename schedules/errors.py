"""Errors and warnings for the author of a schedule."""

from dataclasses import dataclass

_WINDOW = 72


class ScheduleError(ValueError):
    """A schedule, prompt or seed setting that cannot be used as written.

    Attributes:
        message: The mistake, in a sentence.
        text: The source text of the schedule; empty if there is none to show.
        column: 0-based position in `text`, or None.
        frame: The frame whose value is at fault, or None.
        hint: Advice on how to correct it; may be empty.
    """

    def __init__(
        self,
        message: str,
        *,
        text: str = "",
        column: int | None = None,
        frame: int | None = None,
        hint: str = "",
    ) -> None:
        self.message = message
        self.text = text
        self.column = column
        self.frame = frame
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        lines = [self.message if self.frame is None else f"frame {self.frame}: {self.message}"]
        if self.text:
            lines += _excerpt(self.text, self.column)
        if self.hint:
            lines.append(self.hint)
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, (self.text, self.column, self.frame), self.hint)


class ScheduleLimitError(ScheduleError):
    """A schedule that exceeds the limits on length or work."""


def _rebuild(
    kind: type[ScheduleError], message: str, place: tuple[str, int | None, int | None], hint: str
) -> ScheduleError:
    text, column, frame = place
    return kind(message, text=text, column=column, frame=frame, hint=hint)


@dataclass(frozen=True)
class ScheduleWarning:
    """Something in a schedule that works but is probably not what its author meant.

    Attributes:
        message: The problem and its effect.
        column: 0-based position in the schedule's text, or None.
        frame: The frame it is about, or None.
    """

    message: str
    column: int | None = None
    frame: int | None = None

    def __str__(self) -> str:
        return self.message


def _excerpt(text: str, column: int | None) -> list[str]:
    """Returns the line of `text` around `column`, shortened, and a caret below it."""
    if column is None:
        line = " ".join(text[: _WINDOW * 4].split())
        whole = len(line) <= _WINDOW and len(text) <= _WINDOW * 4
        return ["    " + (line if whole else line[:_WINDOW] + "...")]
    column = min(max(column, 0), len(text))
    start = text.rfind("\n", 0, column) + 1
    end = text.find("\n", column)
    end = len(text) if end < 0 else end
    left = max(start, column - _WINDOW // 2)
    right = min(end, left + _WINDOW)
    head = "..." if left > start else ""
    tail = "..." if right < end else ""
    shown = text[left:right].replace("\t", " ")
    return [f"    {head}{shown}{tail}", "    " + " " * (len(head) + column - left) + "^"]
