"""`Feed`: one look at the jobs for all open pages."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import TYPE_CHECKING, Any, TypeVar

from nicegui import background_tasks, ui

from animator.errors import JobStoreError
from animator.jobs.images.desk import ImageTask
from animator.server.context import ServerContext
from animator.studio.labels import Translate
from animator.studio.telling import telling

if TYPE_CHECKING:
    from animator.studio.shell import Page

MAX_READ = 1000
"""Things that are read once for all pages; where there are more, the first ones are read again."""
R = TypeVar("R")
Listener = Callable[[], None]
Update = Callable[[], Awaitable[None]]


class Feed:
    """One look at the jobs for all open pages, so that many cost as one.

    A task looks while any page is open. Where something has changed it tells the pages, and what the first of
    them reads is there for the others.

    Args:
        server: The server, whose jobs and images are looked at.

    Attributes:
        images: The orders for images that have not ended.
        problem: Why no jobs are rendered, or they cannot be read; empty while all is well.
    """

    def __init__(self, server: ServerContext) -> None:
        self.images: tuple[ImageTask, ...] = ()
        self.problem = ""
        self._server = server
        self._listeners: dict[object, Listener] = {}
        self._read: dict[Hashable, asyncio.Future[Any]] = {}
        self._task: asyncio.Task[None] | None = None
        self._version: object = None

    @property
    def listeners(self) -> int:
        """Number of pages that are told."""
        return len(self._listeners)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Has a function called whenever something has changed; returns what ends that."""
        key = object()
        self._listeners[key] = listener
        if self._task is None or self._task.done():
            self._look()
            self._task = asyncio.create_task(self._watch(), name="feed")
        return lambda: self._listeners.pop(key, None) and None

    async def once(self, key: Hashable, read: Callable[[], Coroutine[object, object, R]]) -> R:
        """Returns what a function returns; it is called once for all pages, until the jobs have changed.

        Args:
            key: Names what is read.
            read: Reads it; the key implies all that it depends on, but for the jobs.
        """
        known: asyncio.Future[R] | None = self._read.get(key)
        if known is None:
            if len(self._read) >= MAX_READ:  # each page that was ever opened asks for the jobs of its film
                del self._read[next(iter(self._read))]
            known = self._read[key] = asyncio.ensure_future(read())
            known.add_done_callback(lambda done: self._forget_failure(key, done))
        return await asyncio.shield(known)

    def _forget_failure(self, key: Hashable, done: "asyncio.Future[Any]") -> None:
        if self._read.get(key) is done and (done.cancelled() or done.exception() is not None):
            del self._read[key]

    async def _watch(self) -> None:
        async for _ in self._server.looks():
            if not self._listeners:
                return
            if self._look():
                for listener in tuple(self._listeners.values()):
                    listener()

    def _look(self) -> bool:
        """Looks at the jobs and images; returns True if something has changed."""
        before = self._version, self.images, self.problem
        self.images = tuple(self._server.images.open_tasks())
        self.problem = self._server.problem()
        try:
            self._version = self._server.events.version()
        except JobStoreError as error:
            self.problem = str(error)
        if self._version != before[0]:
            self._read.clear()
        return (self._version, self.images, self.problem) != before


async def follow(page: "Page", update: Update) -> None:
    """Has a page updated now, and whenever something has changed, until it is closed.

    An update that takes long is not begun a second time; what changes meanwhile is shown after it.
    """
    follower = _Follower(update, page.t)
    ui.context.client.on_delete(page.studio.feed.subscribe(follower.wake))
    await update()


class _Follower:
    """Calls the update of a page, one at a time, in the page's context."""

    def __init__(self, update: Update, t: Translate) -> None:
        self._update = update
        self._t = t
        self._client = ui.context.client
        self._slot = ui.context.slot
        self._is_due = False
        self._is_running = False

    def wake(self) -> None:
        """Has the page updated, now or after the update that runs."""
        self._is_due = True
        if not self._is_running and not self._client.is_deleted:
            self._is_running = True
            background_tasks.create(self._run(), name="page update", context=self._slot)

    async def _run(self) -> None:
        try:
            with telling(self._t):
                while self._is_due and not self._client.is_deleted:
                    self._is_due = False
                    await self._update()
        finally:
            self._is_running = False
