"""`DraftEdits`: edits of schedules in the text of a draft that other pages may edit at the same time."""

from collections.abc import Mapping

from animator.studio.film.curves.changes import Edit, Place, changed
from animator.studio.film.curves.keys import Source
from animator.studio.film.edits import Edits
from animator.studio.film.session import DraftSession


class DraftEdits:
    """Edits of schedules in the text of a draft.

    A key is named by its index, so an edit is made only where the schedule still is what the page has shown,
    or what the page itself has made of it since.
    """

    def __init__(self, session: DraftSession) -> None:
        self._edits = Edits(session)
        self._sources: dict[str, Source] = {}

    def know(self, sources: Mapping[str, Source]) -> None:
        """Takes the sources of the schedules that the page shows now, by their paths."""
        self._sources = dict(sources)

    async def edit(self, path: str, edit: Edit) -> bool:
        """Edits a schedule in the text of the draft; returns False where that changes nothing.

        Raises:
            UserError: It cannot be edited, or it was just changed on another page.
            ScheduleError: What was typed is no schedule.
        """
        source: Source = None

        def with_edit(text: str) -> str:
            nonlocal source
            # Its source as it is by now: the edit waits for those before it.
            text, source = changed(text, Place(path, self._sources.get(path)), edit)
            return text

        is_changed = await self._edits.make(with_edit)
        self._sources[path] = source
        return is_changed
