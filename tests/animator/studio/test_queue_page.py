"""The page of the jobs: found, filtered, moved, looked into, edited again, deleted."""

from pathlib import Path

import httpx2
from playwright.sync_api import Browser, expect

from tests.animator.server.running import Command, serving, wait_until
from tests.animator.studio.conftest import OpenPage
from tests.animator.studio.films import LONG, finished, preset, submit


def test_a_finished_film_is_looked_into_edited_and_deleted(
    open_page: OpenPage, server: Command, renders: Path
) -> None:
    job = submit(server, preset("the <b>lake"))
    assert finished(server, job) == "succeeded"
    page = open_page(f"/queue?job={job}")
    expect(page.get_by_test_id("queue-job")).to_contain_text("the <b>lake")
    expect(page.get_by_test_id("queue-job")).to_contain_text("Finished · 6 of 6 frames")
    page.get_by_test_id("job-log").click()
    expect(page.get_by_test_id("job-log-lines")).to_contain_text("phase: rendering")
    page.get_by_test_id("job-edit").click()
    expect(page.get_by_test_id("cost")).to_contain_text("6 frames, 0.4 s at 15 fps")
    expect(page.locator(".film-source")).to_contain_text("the <b>lake")
    (folder,) = renders.glob(f"*/{job}/frames")
    page.goto(f"{server.url}/queue?job={job}")
    page.get_by_test_id("job-delete").click()
    page.get_by_test_id("ask-no").click()
    expect(page.get_by_test_id("ask-no")).to_be_hidden()
    assert folder.exists()
    page.get_by_test_id("job-delete").click()
    page.get_by_test_id("ask-yes").click()
    expect(page.get_by_text("No jobs. Films that are rendered")).to_be_visible()
    wait_until(lambda: not folder.exists())


def test_jobs_are_moved_filtered_and_turned_over(open_page: OpenPage, server: Command) -> None:
    running = submit(server, preset("running film", LONG))
    first, second = (submit(server, preset(f"waiting film {number}", LONG)) for number in (1, 2))
    page = open_page(f"/queue?job={running}")
    expect(page.get_by_test_id("job-state")).to_have_text("Renders")
    expect(page.get_by_test_id("queue-newer")).to_be_hidden()
    page.get_by_role("button", name="Earlier").first.click()
    expect(page.get_by_text("Waits · priority 1")).to_be_visible()
    assert httpx2.get(f"{server.jobs}/{first}").json()["queue_position"] == 1
    others = [submit(server, preset(f"more {number}", LONG)) for number in range(20)]
    expect(page.get_by_test_id("queue-job").first).to_contain_text("more 19")
    page.get_by_test_id("queue-older").click()
    expect(page.get_by_test_id("queue-job")).to_have_count(3)
    expect(page.get_by_test_id("queue-job").last).to_contain_text("running film")
    page.get_by_test_id("queue-filter").click()
    page.get_by_role("option", name="Renders").click()
    expect(page.get_by_test_id("queue-job")).to_have_count(1)
    for job in (*others, first, second, running):
        httpx2.post(f"{server.jobs}/{job}/cancel")
    expect(page.get_by_text("No jobs. Films that are rendered")).to_be_visible()


def test_images_that_are_generated_are_listed_and_interrupted(open_page: OpenPage, server: Command) -> None:
    generate = open_page("/generate")
    for name, value in (("prompt", "a lake"), ("size", "256x256"), ("steps", "150"), ("count", "50")):
        generate.get_by_test_id(f"generate-{name}").fill(value)
    generate.get_by_test_id("generate-run").click()
    page = open_page("/queue")
    expect(page.get_by_test_id("queue-images")).to_contain_text("Images ·")
    page.get_by_role("button", name="Interrupt: Images").click()
    expect(page.get_by_test_id("queue-images").get_by_role("listitem")).to_have_count(0)
    expect(generate.get_by_test_id("generate-progress")).to_have_count(0)


def test_a_server_that_restarts_is_found_again(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    with serving(tmp_path, module="animator") as server:
        job = submit(server, preset("restarted film", LONG))
        page.goto(f"{server.url}/queue?job={job}")
        expect(page.get_by_test_id("live-frame")).to_be_visible()
        port = server.url.rpartition(":")[2]
        server.end()
        expect(page.get_by_text("Connection lost.")).to_be_visible()
    with serving(tmp_path, "--port", port, module="animator") as server:
        expect(page.get_by_text("Connection lost.")).to_be_hidden()
        expect(page.get_by_test_id("job-state")).to_have_text("Renders")
        expect(page.get_by_test_id("live-frame")).to_be_visible()
        page.close()
        done = httpx2.get(f"{server.jobs}/{job}").json()["progress"]["done"]
        wait_until(lambda: httpx2.get(f"{server.jobs}/{job}").json()["progress"]["done"] > done)
        server.end()
    context.close()
