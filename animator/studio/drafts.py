"""`FilmDraft`: a film that is being written."""

from collections.abc import Sequence
from dataclasses import dataclass

from animator.server.uploads import Upload

MAX_UNDO, MAX_UNDO_CHARACTERS = 200, 10_000_000
"""Changes that can be undone, and characters of the texts that are kept for it."""


@dataclass(frozen=True)
class Opened:
    """What a draft was taken from, such as a settings file.

    Attributes:
        name: Name of the file, or of what else it was.
        notes: What became of its settings, a line each.
        upload: The file, where settings can name it: an image, a clip or a sound.
    """

    name: str
    notes: tuple[str, ...] = ()
    upload: Upload | None = None


class FilmDraft:
    """A film that is being written: the text of its preset, which everything on the page edits.

    Args:
        draft_id: Its name, such as `20261130-174512-3fa9c1d2`.
        text: The YAML text.
        is_kept: True if this text is in the draft's file.

    Attributes:
        id: Its name.
        text: The YAML text.
        version: Grows with each change, so that every page that shows the draft sees it.
        kept: The version that is in its file; -1 if none is.
        unkept: Why the last change is not in the file; empty where it is.
        is_deleted: True once a person has deleted it; a page that still shows it says so.
        opened: What it was taken from, until the person who did that has read the notes.
    """

    def __init__(self, draft_id: str, text: str, *, is_kept: bool = False) -> None:
        self.id = draft_id
        self.text = _clean(text)
        self.version = 0
        self.kept = 0 if is_kept else -1
        self.unkept = ""
        self.is_deleted = False
        self.opened: Opened | None = None
        self._taken = "" if is_kept else self.text
        self._done: list[str] = []
        self._undone: list[str] = []
        self._typed = False

    @property
    def can_undo(self) -> bool:
        """True if there is a change to undo."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """True if there is an undone change."""
        return bool(self._undone)

    @property
    def characters(self) -> int:
        """Characters of its text, and of the texts that are kept to undo and redo changes."""
        return sum(map(len, (self.text, *self._done, *self._undone)))

    @property
    def has_own_work(self) -> bool:
        """True unless the text is as it was taken from an example or a file."""
        return self.text != self._taken

    @property
    def must_be_kept(self) -> bool:
        """True if the file lacks something: an example that nobody has changed needs none."""
        return self.kept != self.version and (self.version > 0 or self.has_own_work)

    def change(self, text: str, *, typed: bool = False) -> None:
        """Changes the text.

        Args:
            text: The new text; the old one if nothing is changed.
            typed: It was typed: what is typed in one go is undone in one go.
        """
        text = _clean(text)
        if text == self.text:
            return
        if not (typed and self._typed):
            self._done = _bounded([*self._done, self.text])
        self._typed = typed
        self._undone = []
        self._put(text)

    def take(self, text: str, opened: Opened | None = None) -> None:
        """Puts the text of an example or a file in the place of this one; `undo` brings it back.

        Args:
            text: The text.
            opened: Where it is from, to be told to the person.
        """
        self._typed = False
        self.change(text)
        self._taken = self.text
        self.opened = opened

    def undo(self) -> None:
        """Takes back the last change, if there is one."""
        if self._done:
            self._undone.append(self.text)
            self._typed = False
            self._put(self._done.pop())

    def redo(self) -> None:
        """Makes the last undone change again, if there is one."""
        if self._undone:
            self._done.append(self.text)
            self._typed = False
            self._put(self._undone.pop())

    def _put(self, text: str) -> None:
        self.text = text
        self.version += 1
        self.is_deleted = False


def _clean(text: str) -> str:
    """Returns a text that can be written to a file: with plain line ends, and no half of a character."""
    return text.replace("\r\n", "\n").replace("\r", "\n").encode(errors="replace").decode()


def _bounded(texts: Sequence[str]) -> list[str]:
    """Returns the last texts, as many as are kept."""
    kept: list[str] = []
    room = MAX_UNDO_CHARACTERS
    for text in reversed(texts[-MAX_UNDO:]):
        room -= len(text)
        if kept and room < 0:
            break
        kept.append(text)
    return kept[::-1]
