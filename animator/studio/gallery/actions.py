"""What a person does with the selected items: rank, mark, delete and restore them."""

from collections.abc import Callable, Iterable
from functools import partial

from nicegui import ui

from animator.gallery.item import Outcome
from animator.server.v1.gallery_archive import MAX_ITEMS
from animator.studio.dialogs import is_sure
from animator.studio.gallery.notice import Notice
from animator.studio.gallery.session import GallerySession
from animator.studio.gallery.urls import archive_url
from animator.studio.gallery.words import items_text, rank_text
from animator.studio.telling import tell, telling

_SHOWN_FAILURES = 5
_MANY = 200
"""So many items take a while."""
Work = Callable[[Iterable[int]], Outcome]
"""Does something with the items of numbers."""


class Actions:
    """Does things with the selected items of a session, and says what was done.

    Args:
        session: The session.
        notice: Where it is said.
    """

    def __init__(self, session: GallerySession, notice: Notice) -> None:
        self._session, self._notice = session, notice
        self._t = session.page.t
        self._client = ui.context.client

    async def rank(self, rank: int) -> None:
        """Gives the selected items a rank; 0 takes it away."""
        done = "{items}: " + rank_text(rank, self._t)
        await self._do(partial(self._session.gallery.rank, rank=rank), await self._chosen(), done)

    async def toggle_favorite(self) -> None:
        """Makes the selected items favorites; where all on the page are, no longer."""
        on = not all(item.favorite for item in self._session.chosen)
        done = self._t("{items}: favorite") if on else self._t("{items}: no favorite")
        await self._do(partial(self._session.gallery.favorite, on=on), await self._chosen(), done)

    async def remove(self) -> None:
        """Moves the selected items to the trash, or deletes those that are in it for good; asks before."""
        gallery, t = self._session.gallery, self._t
        ids = await self._chosen()
        if self._session.view.query.trash:
            question, answer = t("Delete {items} for good? This cannot be undone."), t("Delete for good")
            work, done = gallery.purge, t("{items} deleted for good")
        else:
            question, answer = t("Move {items} to the trash?"), t("Move to the trash")
            work, done = gallery.delete, t("{items} moved to the trash")
        question = question.format(items=items_text(len(ids), t))
        can_undo = work == gallery.delete
        if ids and await self._is_sure(question, answer, can_undo=can_undo):
            await self._do(work, ids, done, can_undo=can_undo)

    async def restore(self) -> None:
        """Moves the selected items from the trash back to where they were."""
        await self._restore(await self._chosen())

    async def empty_trash(self) -> None:
        """Deletes everything in the trash for good; asks before."""
        t = self._t
        question = t("Delete everything in the trash for good? This cannot be undone.")
        if await self._is_sure(question, t("Empty the trash")):
            with self._client, telling(t):
                outcome = await self._session.page.studio.run(self._session.gallery.empty_trash)
                await self._tell(outcome, t("{items} deleted for good"))

    async def download(self) -> None:
        """Has the browser download the selected items as one archive."""
        ids = await self._chosen()
        if len(ids) > MAX_ITEMS:
            text = self._t("An archive has {most} items at most, and {count} are chosen.")
            with self._client:
                tell(text.format(most=f"{MAX_ITEMS:,}", count=f"{len(ids):,}"), self._t)
        elif ids:
            with self._client:
                ui.download.from_url(archive_url(ids))

    async def _is_sure(self, question: str, answer: str, *, can_undo: bool = False) -> bool:
        with self._client:  # the button may be gone before the answer
            return await is_sure(question, answer, self._t, can_undo=can_undo)

    async def _chosen(self) -> tuple[int, ...]:
        """Returns the numbers of the selected items; none where they cannot be found, which is shown."""
        with self._client, telling(self._t):
            return await self._session.targets()
        return ()

    async def _restore(self, ids: tuple[int, ...]) -> None:
        await self._do(self._session.gallery.restore, ids, self._t("{items} restored"))

    async def _do(self, work: Work, ids: tuple[int, ...], done: str, *, can_undo: bool = False) -> None:
        """Does something with items.

        Args:
            work: Does it.
            ids: Numbers of the items.
            done: What to say then, with a place for the number of items.
            can_undo: It can be undone by restoring the items.
        """
        if len(ids) > _MANY:
            self._notice.say(self._t("One moment …"))
        if ids:
            with self._client, telling(self._t):
                await self._tell(await self._session.page.studio.run(work, ids), done, can_undo=can_undo)

    async def _tell(self, outcome: Outcome, done: str, *, can_undo: bool = False) -> None:
        """Says what was done and what could not be done, and shows the items as they are now."""
        text = done.format(items=items_text(len(outcome.done), self._t)) if outcome.done else ""
        self._notice.say(text, partial(self._restore, outcome.done) if can_undo and outcome.done else None)
        if outcome.failures:
            lines = [f"{failure.path}: {failure.message}" for failure in outcome.failures[:_SHOWN_FAILURES]]
            if (more := len(outcome.failures) - len(lines)) > 0:
                lines.append(self._t("and {count} more").format(count=more))
            tell("\n".join(lines), self._t)
        await self._session.refresh()
