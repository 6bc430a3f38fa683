"""What is told of images while they are made, and how they end early."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.animator.server.running import wait_until
from tests.animator.server.sdapi.web_ui import Made, WebUi, decoded

PROGRESS = "/sdapi/v1/progress"
LONG = {"steps": 1000, "n_iter": 2}


@pytest.fixture
def long(web_ui: WebUi) -> Any:
    """A long request, begun: the answer to be."""
    with ThreadPoolExecutor() as threads:
        answer: Future[Made] = threads.submit(
            web_ui.txt2img, **LONG, save_images=False, force_task_id="task(mine)"
        )
        wait_until(lambda: web_ui.get(PROGRESS)["state"]["sampling_step"] > 1)
        yield answer
        web_ui.post("/sdapi/v1/interrupt")


def test_progress_has_steps_and_a_preview(web_ui: WebUi, long: Future[Made]) -> None:
    now = web_ui.get(PROGRESS)
    assert 0 < now["progress"] < 1 and now["eta_relative"] > 0
    state = now["state"]
    assert (state["job_count"], state["sampling_steps"], state["job"]) == (2, 1000, "image 1/2")
    assert decoded(now["current_image"]).size == (64, 64)
    assert web_ui.get(f"{PROGRESS}?skip_current_image=true")["current_image"] is None


def test_a_request_is_found_by_its_own_name(web_ui: WebUi, long: Future[Made]) -> None:
    now = web_ui.post("/internal/progress", id_task="task(mine)", id_live_preview=-1)
    assert (
        now["active"] and not now["completed"] and now["live_preview"].startswith("data:image/jpeg;base64,")
    )
    assert web_ui.post("/internal/progress", id_task="task(other)")["completed"]


def test_an_interrupted_request_is_answered_with_what_there_is(web_ui: WebUi, long: Future[Made]) -> None:
    assert web_ui.post("/sdapi/v1/interrupt") == {}
    made = long.result(timeout=60)
    assert len(made.images) == 1 and made.info["comments"] == ["ended early, with 1 of 2 images"]
    wait_until(lambda: web_ui.get(PROGRESS)["state"]["job_count"] == 0)
    assert web_ui.get(PROGRESS)["progress"] == 0


def test_a_skip_goes_on_with_the_next_image(web_ui: WebUi, long: Future[Made]) -> None:
    assert web_ui.post("/sdapi/v1/skip") is None
    wait_until(lambda: web_ui.get(PROGRESS)["state"]["job"] == "image 2/2")
    web_ui.post("/sdapi/v1/interrupt")
    assert len(long.result(timeout=60).images) == 2


def test_requests_wait_for_each_other(web_ui: WebUi, long: Future[Made]) -> None:
    with ThreadPoolExecutor() as threads:
        second = threads.submit(web_ui.txt2img, force_task_id="second")
        wait_until(lambda: web_ui.get(PROGRESS)["state"]["job_count"] == 3)
        assert web_ui.post("/internal/progress", id_task="second")["queued"]
        assert not second.done()
        web_ui.post("/sdapi/v1/interrupt")
        assert len(second.result(timeout=60).images) == 1


def test_images_that_nobody_waits_for_end(web_ui: WebUi) -> None:
    with pytest.raises(httpx2.ReadTimeout):
        httpx2.post(f"{web_ui.url}/sdapi/v1/txt2img", json={**LONG, "steps": 1000, "n_iter": 50}, timeout=1)
    wait_until(lambda: web_ui.get(PROGRESS)["state"]["job_count"] == 0)


def test_without_images_progress_tells_of_nothing(idle: WebUi) -> None:
    now = idle.get(PROGRESS)
    assert now["progress"] == 0 and now["state"]["job_count"] == 0 and now["current_image"] is None
