"""`DraftEdits`: edits of schedules in the text of a draft that other pages may edit at the same time."""

from collections.abc import Mapping

from animator.studio.film.curves.changes import ChangedElsewhereError, Edit, Place, changed
from animator.studio.film.curves.keys import Source
from animator.studio.film.session import DraftSession

MOST_TRIES = 5
"""Times that an edit is made, because the text has changed while it was made."""


class DraftEdits:
    """Edits of schedules in the text of a draft.

    A key is named by its index, so an edit is made only where the schedule still is what the page has shown,
    or what the page itself has made of it since.
    """

    def __init__(self, session: DraftSession) -> None:
        self._session = session
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
        draft = self._session.draft
        for _ in range(MOST_TRIES):
            text = draft.text
            place = Place(path, self._sources.get(path))
            new, source = await self._session.page.studio.run(changed, text, place, edit)
            if draft.text == text:
                self._sources[path] = source
                self._session.edit(new)
                return new != text
        raise ChangedElsewhereError
