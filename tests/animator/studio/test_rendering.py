"""A film is previewed, rendered and watched from its page, by anybody who has it open."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from animator.runs.machine_speed import record_speed
from tests.animator.server.running import Command, wait_until
from tests.animator.studio.conftest import OpenPage
from tests.animator.studio.films import LONG, finished, frames_of, preset, submit, write_draft
from tests.fakes import MEASURED

LOADED = "e => e.naturalWidth > 0"


def wait_for(page: Page, test_id: str, condition: str) -> None:
    """Waits until a JavaScript function of an element is true."""
    expect(page.get_by_test_id(test_id)).to_be_visible()
    page.wait_for_function(f"({condition})(document.querySelector('[data-testid={test_id}]'))")


def test_a_film_is_rendered_and_watched_to_its_end(open_page: OpenPage, renders: Path) -> None:
    page = open_page(f"/?film={write_draft(renders, 1, preset(frames=12))}")
    expect(page.get_by_test_id("cost")).to_contain_text("12 frames, 0.8 s at 15 fps")
    page.get_by_test_id("render").click()
    wait_for(page, "live-frame", LOADED)
    expect(page.get_by_test_id("job-state")).to_have_text("Finished")
    expect(page.get_by_role("progressbar", name="Progress")).to_have_attribute(
        "aria-valuetext", "Finished. 12 of 12 frames"
    )
    expect(page.get_by_test_id("live-frame")).to_have_attribute("data-frame", "11")
    wait_for(page, "film-video", "e => e.duration > 0")
    expect(page.get_by_role("link", name="small film.mp4")).to_have_attribute("download", "small film.mp4")
    expect(page.get_by_test_id("drift-contrast")).to_contain_text("%")
    page.get_by_test_id("frames-slider").fill("3")
    expect(page.get_by_test_id("live-frame")).to_have_attribute("alt", "Frame 3 / 11")
    wait_for(page, "live-frame", LOADED)


@pytest.fixture
def bench() -> Iterator[None]:
    """What `animator bench` has measured on the machine of the server."""
    path = record_speed(MEASURED)
    yield
    path.unlink()


def test_a_film_takes_as_long_as_a_rule_of_thumb_says(open_page: OpenPage, renders: Path) -> None:
    cost = open_page(f"/?film={write_draft(renders, 7, preset())}").get_by_test_id("cost")
    expect(cost).to_contain_text("on this machine's CPU (rule of thumb; animator bench measures it)")


@pytest.mark.usefixtures("bench")
def test_a_film_takes_as_long_as_bench_has_measured(
    open_page: OpenPage, renders: Path, server: Command
) -> None:
    film = preset(frames=7)
    page = open_page(f"/?film={write_draft(renders, 8, film)}")
    words = httpx2.post(f"{server.url}/api/v1/check", json={"preset": film}).json()["film"]["render_time"]
    assert words["text"].endswith("on this machine (cuda; measured with animator bench on 2026-11-30)")
    expect(page.get_by_test_id("cost")).to_contain_text(words["text"])


def test_a_film_can_be_seen_before_it_is_rendered(open_page: OpenPage, renders: Path) -> None:
    page = open_page(f"/?film={write_draft(renders, 2, preset())}")
    page.get_by_test_id("preview-motion").click()
    wait_for(page, "preview-video", "e => e.duration > 0")
    expect(page.get_by_text("The motion of 6 of 6 frames on a test card")).to_be_visible()
    page.get_by_test_id("preview-number").fill("4")
    page.get_by_test_id("preview-frame").click()
    wait_for(page, "preview-image", LOADED)
    expect(page.get_by_text("Frame 4 from its own prompt and seed")).to_be_visible()
    page.get_by_test_id("preview-first").click()
    expect(page.get_by_text("Frame 0, with which the film begins.")).to_be_visible()
    expect(page.get_by_test_id("job-state")).to_be_hidden()
    page.close()
    wait_until(lambda: not list((renders / ".previews").iterdir()))


def test_a_film_with_problems_cannot_be_rendered(open_page: OpenPage, renders: Path) -> None:
    page = open_page(f"/?film={write_draft(renders, 3, preset(frames=0))}")
    expect(page.get_by_test_id("render")).to_be_disabled()
    expect(page.get_by_test_id("preview-motion")).to_be_disabled()
    reason = page.get_by_test_id("render-reason")
    expect(reason).to_contain_text("It cannot be rendered yet: frames:")
    expect(page.get_by_test_id("cost")).to_be_hidden()


def test_everybody_sees_a_film_that_somebody_pauses_and_cancels(
    open_page: OpenPage, renders: Path, browser: Browser, server: Command
) -> None:
    draft = write_draft(renders, 4, preset("long film", LONG))
    page = open_page(f"/?film={draft}")
    page.get_by_test_id("render").click()
    wait_for(page, "live-frame", LOADED)
    other = browser.new_page()
    other.goto(f"{server.url}/?film={draft}")
    other.get_by_test_id("job-pause").click()
    expect(page.get_by_test_id("job-state")).to_have_text("Paused")
    page.get_by_test_id("job-resume").click()
    expect(other.get_by_test_id("job-state")).to_have_text("Renders")
    page.close()
    other.close()
    again = open_page(f"/?film={draft}")
    wait_for(again, "live-frame", LOADED)
    shown = again.get_by_test_id("live-frame").get_attribute("data-frame")
    expect(again.get_by_test_id("live-frame")).not_to_have_attribute("data-frame", shown or "")
    again.get_by_test_id("cancel").click()
    expect(again.get_by_test_id("job-state")).to_have_text("Canceled")
    expect(again.get_by_test_id("cancel")).to_be_hidden()


def test_a_film_is_rendered_again_from_a_frame(open_page: OpenPage, renders: Path, server: Command) -> None:
    draft = write_draft(renders, 5, preset(prompts="a desert"))
    job = submit(server, preset(), draft)
    assert finished(server, job) == "succeeded"
    before = frames_of(server, job, 6)
    page = open_page(f"/?film={draft}")
    assert redo(page, server, job, 3, "With the settings on this page") == "succeeded"
    expect(page.get_by_test_id("job-state")).to_have_text("Finished")
    changed = frames_of(server, job, 6)
    assert [old == new for old, new in zip(before, changed, strict=True)] == [True] * 3 + [False] * 3
    assert redo(page, server, job, 2, "With the settings it was rendered with") == "succeeded"
    expect(page.get_by_test_id("job-state")).to_have_text("Finished")
    assert frames_of(server, job, 2) == before[:2]


def test_a_film_that_fails_says_why(open_page: OpenPage, renders: Path, server: Command) -> None:
    draft = write_draft(renders, 6, preset(size=[128, 64]))
    job = submit(server, preset(), draft)
    assert finished(server, job) == "succeeded"
    before = frames_of(server, job, 6)
    page = open_page(f"/?film={draft}")
    assert redo(page, server, job, 3, "With the settings on this page") == "failed"
    expect(page.get_by_test_id("job-state")).to_have_text("Failed")
    expect(page.get_by_test_id("job-error")).to_contain_text("size: is 128 x 64, and frames 0 to 2")
    assert frames_of(server, job, 6) == before
    assert redo(page, server, job, 5, "With the settings it was rendered with") == "succeeded"
    expect(page.get_by_test_id("job-state")).to_have_text("Finished")
    assert frames_of(server, job, 6) == before


def redo(page: Page, server: Command, job: str, frame: int, settings: str) -> str:
    """Has the job on a page rendered again, and returns the state in which it has ended."""
    before = times_queued(server, job)
    page.get_by_test_id("job-redo").click()
    page.get_by_test_id("redo-frame").fill(str(frame))
    page.get_by_text(settings).click()
    page.get_by_test_id("redo-start").click()
    wait_until(lambda: times_queued(server, job) > before)
    return finished(server, job)


def times_queued(server: Command, job: str) -> int:
    """How often a job has been put into the queue."""
    log = httpx2.get(f"{server.jobs}/{job}/log").json()
    return sum(entry["kind"] == "status" and "queued" in entry["text"] for entry in log)
