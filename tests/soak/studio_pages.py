"""Renders films alternately with nobody watching and with many pages that watch, and compares their pace.

    python tests/soak/studio_pages.py FOLDER [--pages 20] [--frames 60] [--side 64] [--pairs 2]

Three kinds of watchers: none, `clients` that hold a page's socket and fetch each new frame without drawing
it, and `pages` in a real browser on this machine, whose drawing costs its cores as well. Exits with 1 where
a page does not show the end of a film.
"""

import argparse
import asyncio
import os
import re
import shutil
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2
import socketio  # type: ignore[import-untyped]
from playwright.async_api import async_playwright, expect

from tests.soak.say import say
from tests.soak.server import Served, start

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
END_MS, LOOK_S = 600_000, 1.0
Watch = Callable[[Served, str, int], AbstractAsyncContextManager[None]]
"""Opens a number of watchers of a job; at the end they have seen its end."""


@asynccontextmanager
async def nobody(server: Served, job: str, count: int) -> AsyncIterator[None]:
    """Has nobody watch."""
    yield


@asynccontextmanager
async def clients(server: Served, job: str, count: int) -> AsyncIterator[None]:
    """Has clients watch that draw nothing."""
    done = asyncio.Event()
    tasks = [asyncio.create_task(_client(server, job, number, done)) for number in range(count)]
    yield
    done.set()
    await asyncio.gather(*tasks)


async def _client(server: Served, job: str, number: int, done: asyncio.Event) -> None:
    """Holds the socket of a page, and fetches the newest frame whenever the page has changed."""
    changed, finished = asyncio.Event(), asyncio.Event()
    socket = socketio.AsyncClient()

    async def note(event: str, *data: Any) -> None:
        changed.set()
        if "Finished" in str(data):
            finished.set()

    socket.on("*", note)
    async with httpx2.AsyncClient(base_url=server.url, timeout=60) as http:
        html = (await http.get(f"/queue?job={job}")).text
        page = re.search(r"'client_id': '([^']+)', 'next_message_id': (\d+)", html)
        if page is None:
            raise AssertionError("the page names no client")
        await socket.connect(
            f"{server.url}?client_id={page[1]}&next_message_id={page[2]}&implicit_handshake=true"
            f"&tab_id=tab{number}&document_id=document{number}",
            socketio_path="/_nicegui_ws/socket.io",
            transports=["websocket"],
        )
        while not (done.is_set() and finished.is_set()):
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(changed.wait(), LOOK_S)
            if not changed.is_set():
                continue
            changed.clear()
            await http.get(f"/api/v1/jobs/{job}/preview.jpg?width=1024")
    await socket.disconnect()


@asynccontextmanager
async def pages(server: Served, job: str, count: int) -> AsyncIterator[None]:
    """Has pages in a browser watch."""
    path = next(filter(None, map(shutil.which, CHROMIUM)))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = await browser.new_context()
        opened = [await context.new_page() for _ in range(count)]
        await asyncio.gather(*(page.goto(f"{server.url}/queue?job={job}") for page in opened))
        yield
        for page in opened:
            await expect(page.get_by_test_id("job-state")).to_have_text("Finished", timeout=END_MS)
        await browser.close()


WATCHERS: dict[str, Watch] = {"nobody": nobody, "clients": clients, "pages": pages}


async def measure(server: Served, watch: Watch, args: argparse.Namespace) -> float:
    """Renders a film with watchers, and returns its seconds per frame."""
    preset = {
        "name": "watched film",
        "frames": args.frames,
        "size": [args.side, args.side],
        "prompts": "a lake with mountains at dawn",
        "diffusion": {"steps": 8, "seed": 7, "cadence": 1},
    }
    job = (await _ask(server, "POST", "/api/v1/jobs", {"preset": preset, "priority": -1}))["id"]
    await _ask(server, "POST", f"/api/v1/jobs/{job}/pause")
    async with watch(server, job, args.pages):
        await _ask(server, "POST", f"/api/v1/jobs/{job}/resume")
        while (view := await _ask(server, "GET", f"/api/v1/jobs/{job}"))["status"] != "succeeded":
            if view["status"] == "failed":
                raise AssertionError(view["error"])
            await asyncio.sleep(1)
    return float(view["metrics"]["seconds_per_frame"])


async def _ask(server: Served, method: str, path: str, body: object = None) -> Any:
    return await asyncio.to_thread(server.ask, method, path, body)


def main() -> int:
    """Returns 0 once all is measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    for name, value in (("pages", 20), ("frames", 60), ("side", 64), ("pairs", 2)):
        parser.add_argument(f"--{name}", type=int, default=value)
    args = parser.parse_args()
    server = start(args.folder, "--workers", "1")
    film = f"{args.frames} frames of {args.side} x {args.side} pixels"
    say(f"{os.cpu_count()} cores, {film}, {args.pages} watchers")
    asyncio.run(measure(server, nobody, args))  # loads the model
    for _ in range(args.pairs):
        for name, watch in WATCHERS.items():
            begun = time.monotonic()
            pace = asyncio.run(measure(server, watch, args))
            took = time.monotonic() - begun
            say(f"{name}: {pace:.3f} s per frame, {took:.0f} s in all, {server.memory_mb:.0f} MB")
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
