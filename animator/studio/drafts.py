"""`FilmDraft`: a film that is being written; `Drafts`: those of a renders folder."""

import re
import secrets
from datetime import datetime
from pathlib import Path

from animator.core.atomic import atomic_write
from animator.core.read import UnreadableError, read_text
from animator.presets.raw import MAX_BYTES

MAX_UNDO = 200
"""Changes that can be undone."""
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")


class FilmDraft:
    """A film that is being written: the text of its preset, which everything on the page edits.

    Attributes:
        id: Its name, such as `20261130-174512-3fa9c1d2`.
        text: The YAML text.
        version: Grows with each change, so that every page that shows the draft sees it.
    """

    def __init__(self, draft_id: str, text: str) -> None:
        self.id = draft_id
        self.text = text
        self.version = 0
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

    def change(self, text: str, *, typed: bool = False) -> None:
        """Changes the text.

        Args:
            text: The new text; the old one if nothing is changed.
            typed: It was typed: what is typed in one go is undone in one go.
        """
        if text == self.text:
            return
        if not (typed and self._typed):
            self._done = [*self._done, self.text][-MAX_UNDO:]
        self._typed = typed
        self._undone = []
        self._put(text)

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


class Drafts:
    """The drafts of a renders folder, each in a YAML file; pages that show the same one share it.

    Args:
        folder: The folder; made with the first draft.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, FilmDraft] = {}

    def new(self, text: str) -> FilmDraft:
        """Returns a new draft; `save` keeps it."""
        draft = FilmDraft(f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}", text)
        self._open[draft.id] = draft
        return draft

    def find(self, draft_id: str) -> FilmDraft | None:
        """Returns a draft; None where there is none of this id."""
        if not _ID.fullmatch(draft_id):
            return None
        if draft_id not in self._open:
            try:
                self._open[draft_id] = FilmDraft(draft_id, read_text(self._path(draft_id), MAX_BYTES))
            except UnreadableError:
                return None
        return self._open[draft_id]

    def save(self, draft: FilmDraft) -> None:
        """Writes a draft to its file.

        Raises:
            OSError: It cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        atomic_write(self._path(draft.id), draft.text.encode())

    def _path(self, draft_id: str) -> Path:
        return self._folder / f"{draft_id}.yaml"
