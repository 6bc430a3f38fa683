"""One look at the jobs for all pages: who is told, how often it is read, and what a closed page leaves."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from nicegui import Client, core, ui

from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.server.app import create_app
from animator.server.context import ServerContext
from animator.server.options import ServerOptions
from animator.studio import feed as feed_module
from animator.studio.feed import Feed, follow
from animator.studio.shell import Page

REQUEST = JobRequest(preset={"name": "lake"})
Story = Callable[[Feed], Coroutine[Any, Any, None]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerContext]:
    """What a server's handlers share; nobody renders its jobs."""
    with JobQueue(tmp_path) as queue:
        context: ServerContext = create_app(ServerOptions(renders=tmp_path), queue).state.context
        yield context
        context.events.close()


def page_of(feed: Feed) -> Page:
    """A page in the client that is open."""
    studio = SimpleNamespace(feed=feed)
    return cast(Page, SimpleNamespace(studio=studio, t=str))


def run(server: ServerContext, story: Story) -> None:
    """Runs a story with the feed of a server."""

    async def main() -> None:
        await story(Feed(server))

    asyncio.run(main())


def looks() -> int:
    """Number of tasks that look at the jobs."""
    return sum(task.get_name() == "feed" for task in asyncio.all_tasks())


async def until(condition: Callable[[], bool]) -> None:
    """Waits until something is true; fails where it never is."""

    async def wait() -> None:
        while not condition():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), 30)


def test_every_page_is_told_of_a_change_and_one_of_them_reads_it(server: ServerContext) -> None:
    async def story(feed: Feed) -> None:
        told: list[int] = []
        for page in range(20):
            feed.subscribe(lambda page=page: told.append(page))  # type: ignore[misc]
        server.queue.submit(REQUEST)
        await until(lambda: len(told) >= 20)
        assert sorted(told) == list(range(20))
        reads: list[str] = []

        async def read() -> str:
            reads.append("read")
            await asyncio.sleep(0)
            return "jobs"

        assert await asyncio.gather(*(feed.once("jobs", read) for _ in range(20))) == ["jobs"] * 20
        assert reads == ["read"]
        server.queue.submit(REQUEST)
        await until(lambda: len(told) >= 40)
        await feed.once("jobs", read)
        assert reads == ["read", "read"]

    run(server, story)


def test_what_could_not_be_read_is_read_again(server: ServerContext) -> None:
    async def story(feed: Feed) -> None:
        async def fail() -> str:
            raise OSError("no disk")

        async def read() -> str:
            return "jobs"

        with pytest.raises(OSError, match="no disk"):
            await feed.once("jobs", fail)
        assert await feed.once("jobs", read) == "jobs"

    run(server, story)


def test_what_is_read_for_pages_is_bounded(server: ServerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MAX_READ", 3)

    async def story(feed: Feed) -> None:
        reads: list[int] = []

        async def read(film: int) -> int:
            reads.append(film)
            return film

        for film in range(5):
            assert await feed.once(film, lambda film=film: read(film)) == film  # type: ignore[misc]
        assert await feed.once(4, lambda: read(4)) == 4
        assert await feed.once(0, lambda: read(0)) == 0
        assert reads == [0, 1, 2, 3, 4, 0]

    run(server, story)


def test_nobody_looks_while_no_page_is_open(server: ServerContext) -> None:
    async def story(feed: Feed) -> None:
        ends = [feed.subscribe(lambda: None) for _ in range(3)]
        assert looks() == 1
        for end in ends:
            end()
            end()  # a second time changes nothing
        await until(lambda: not looks())
        told: list[str] = []
        feed.subscribe(lambda: told.append("told"))
        server.queue.submit(REQUEST)
        await until(lambda: bool(told))

    run(server, story)


def test_pages_are_told_why_no_jobs_are_rendered(server: ServerContext) -> None:
    async def story(feed: Feed) -> None:
        told: list[str] = []
        feed.subscribe(lambda: told.append(feed.problem))
        server.events.close()
        await until(lambda: bool(told))
        assert "cannot be read" in told[0]

    run(server, story)


def test_a_closed_page_leaves_nothing(server: ServerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(feed: Feed) -> None:
        monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
        shown: list[int] = []
        clients = [Client(ui.page("/"), request=None) for _ in range(50)]
        for number, client in enumerate(clients):

            async def update(number: int = number) -> None:
                shown.append(number)

            with client:
                await follow(page_of(feed), update)
        assert (feed.listeners, shown) == (50, list(range(50)))
        server.queue.submit(REQUEST)
        await until(lambda: len(shown) == 100)
        for client in clients:
            client.delete()
        assert feed.listeners == 0
        await until(lambda: not looks())

    run(server, story)


def test_an_update_that_takes_long_is_not_begun_twice(
    server: ServerContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(feed: Feed) -> None:
        monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
        client = Client(ui.page("/"), request=None)
        running: list[str] = []
        may_end = asyncio.Event()
        may_end.set()

        async def update() -> None:
            running.append("begun")
            await may_end.wait()

        with client:
            await follow(page_of(feed), update)
        may_end.clear()
        server.queue.submit(REQUEST)
        await until(lambda: len(running) == 2)
        server.queue.submit(REQUEST)
        await asyncio.sleep(0.6)
        assert len(running) == 2
        may_end.set()
        await until(lambda: len(running) == 3)
        client.delete()

    run(server, story)
