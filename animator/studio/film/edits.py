"""`Edits`: changes that a panel makes to the text of a draft, one after the other."""

import asyncio
from collections.abc import Callable

from animator.errors import UserError
from animator.studio.film.session import DraftSession

MOST_TRIES = 5
"""Times that a change is made anew, because another page has changed the text meanwhile."""
Edit = Callable[[str], str]
"""Returns the text of a preset with a change; raises a UserError where it cannot be made."""


class Edits:
    """Makes changes to the text of a draft in a thread: in their order, and none over another page's.

    Args:
        session: The draft.
    """

    def __init__(self, session: DraftSession) -> None:
        self._session = session
        self._turn = asyncio.Lock()

    async def make(self, edit: Edit, *, typed: bool = False) -> bool:
        """Makes a change; returns False where it changes nothing.

        Args:
            edit: The change.
            typed: As for `FilmDraft.change`.

        Raises:
            UserError: It cannot be made.
        """
        session = self._session
        async with self._turn:
            for _ in range(MOST_TRIES):
                before = session.draft.text
                after = await session.page.studio.run(edit, before)
                if session.draft.text == before:
                    session.edit(after, typed=typed)
                    return after != before
        raise UserError(session.page.t("Another page changes the film all the time; try again."))
