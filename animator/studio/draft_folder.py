"""`Drafts`: the films of a renders folder that are being written."""

import re
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from weakref import WeakValueDictionary

from animator.core.atomic import atomic_write
from animator.core.read import UnreadableError, read_text
from animator.errors import UserError
from animator.presets import yaml_text
from animator.presets.raw import MAX_BYTES, MAX_RECORD_BYTES
from animator.studio.drafts import MAX_UNDO_CHARACTERS, FilmDraft

MAX_DRAFTS = 2_000
"""Drafts of a folder. What a person has written is never removed to make room; another one is refused."""
MAX_LISTED = 200
_RECENT, _RECENT_CHARACTERS = 50, 2 * MAX_UNDO_CHARACTERS
"""Drafts whose changes can be undone although no page shows them any more, and characters of their texts."""
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")
_NAME = re.compile(r"^name:[ \t]+(\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class DraftFile:
    """A draft in the folder.

    Attributes:
        id: Its name.
        name: Name of the film; empty where its text has none.
        changed: When it was last changed, in seconds since 1970.
    """

    id: str
    name: str
    changed: float


class Drafts:
    """The drafts of a renders folder, each in a YAML file; pages that show the same one share it.

    Args:
        folder: The folder; made with the first draft.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._known: WeakValueDictionary[str, FilmDraft] = WeakValueDictionary()
        self._recent: dict[str, FilmDraft] = {}

    def new(self, text: str) -> FilmDraft:
        """Returns a new draft; `save` keeps it."""
        draft = FilmDraft(f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}", text)
        with self._lock:
            return self._remember(draft)

    def find(self, draft_id: str) -> FilmDraft | None:
        """Returns a draft; None where there is none of this id."""
        if not _ID.fullmatch(draft_id):
            return None
        with self._lock:
            known = self._known.get(draft_id)
            if known is not None:
                return self._remember(known)
            try:
                text = read_text(self._path(draft_id), MAX_RECORD_BYTES)
            except UnreadableError:
                return None
            return self._remember(FilmDraft(draft_id, text, is_kept=True))

    def save(self, draft: FilmDraft) -> None:
        """Writes a draft to its file as it is now, unless it is deleted.

        Raises:
            UserError: There are too many, or it cannot be written.
        """
        with self._writing:  # one at a time, so that no older text comes after a newer one
            if not draft.is_deleted:
                self._write(draft)

    def delete(self, draft: FilmDraft) -> None:
        """Deletes the file of a draft; where a page still shows it, it is kept again with the next change.

        Raises:
            UserError: It cannot be deleted.
        """
        with self._writing:
            try:
                self._path(draft.id).unlink(missing_ok=True)
            except OSError as error:
                raise UserError(f"{self._path(draft.id)}: cannot be deleted: {error.strerror}") from error
            draft.is_deleted = True

    def files(self) -> list[DraftFile]:
        """Returns the drafts in the folder, the one that was changed last first; `MAX_LISTED` at most."""
        found: list[tuple[float, Path]] = []
        for path in self._paths():
            try:
                found.append((path.stat().st_mtime, path))
            except OSError:  # deleted at this moment
                continue
        found.sort(reverse=True)
        return [DraftFile(path.stem, _name_in(path), changed) for changed, path in found[:MAX_LISTED]]

    def _write(self, draft: FilmDraft) -> None:
        version, text = draft.version, draft.text
        path = self._path(draft.id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if not path.exists() and len(self._paths()) >= MAX_DRAFTS:
                raise UserError(
                    f"{self._folder}: has {MAX_DRAFTS} films, so this one is not kept; delete some of them"
                )
            atomic_write(path, text.encode())
        except OSError as error:
            raise UserError(
                f"{path}: the film cannot be kept: {error.strerror or error}; what you write here is lost "
                "when the server ends, so download it"
            ) from error
        draft.kept = version

    def _remember(self, draft: FilmDraft) -> FilmDraft:
        """Keeps a draft as the last one that was asked for, and lets go of those before it as need be."""
        self._known[draft.id] = draft
        self._recent.pop(draft.id, None)
        room = _RECENT_CHARACTERS - draft.characters
        kept = [draft]
        for one in reversed(self._recent.values()):
            room -= one.characters
            if room < 0 or len(kept) == _RECENT:
                break
            kept.append(one)
        self._recent = {one.id: one for one in reversed(kept)}
        return draft

    def _paths(self) -> list[Path]:
        return [path for path in self._folder.glob("*.yaml") if _ID.fullmatch(path.stem)]

    def _path(self, draft_id: str) -> Path:
        return self._folder / f"{draft_id}.yaml"


def _name_in(path: Path) -> str:
    """Returns the name of the film in a preset's file; empty where it has none."""
    try:
        found = _NAME.search(read_text(path, MAX_BYTES))
        return str(yaml_text.scalar(found[1])) if found else ""
    except ValueError:  # unreadable, or no YAML
        return ""
