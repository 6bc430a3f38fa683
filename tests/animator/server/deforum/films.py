"""Small films and questions for tests of Deforum's API."""

import time
from collections.abc import Callable
from typing import Any

from httpx2 import Client

WAIT_S = 120.0
Job = dict[str, Any]


def settings(frames: int = 3, **more: Any) -> dict[str, Any]:
    """Deforum settings of a film of 64 x 64 pixels."""
    return {
        "W": 64,
        "H": 64,
        "seed": 1,
        "steps": 1,
        "max_frames": frames,
        "fps": 12,
        "prompts": {"0": "a lake"},
        "strength_schedule": "0:(0.5)",
        "diffusion_cadence": 1,
        **more,
    }


def submit(client: Client, films: Any, options: Any = None) -> list[str]:
    """Submits films and returns the ids of their jobs."""
    answer = client.post(
        "/deforum_api/batches", json={"deforum_settings": films, "options_overrides": options}
    )
    assert answer.status_code == 202, answer.text
    ids: list[str] = answer.json()["job_ids"]
    return ids


def look(client: Client, job_id: str) -> Job:
    """Returns a job as it is now."""
    answer = client.get(f"/deforum_api/jobs/{job_id}")
    assert answer.status_code == 200, answer.text
    job: Job = answer.json()
    return job


def wait(client: Client, job_id: str, until: Callable[[Job], bool] | None = None) -> Job:
    """Waits until a job has ended, or is as a test wants it."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        job = look(client, job_id)
        if until(job) if until else job["status"] != "ACCEPTED":
            return job
        time.sleep(0.05)
    raise AssertionError(f"nothing came of {job_id}: {job}")


def render(client: Client, film: dict[str, Any], options: Any = None) -> Job:
    """Renders a film and returns its job as it ended."""
    return wait(client, submit(client, film, options)[0])


def generates(job: Job) -> bool:
    """Returns True while a job generates and has a frame."""
    return job["phase"] == "GENERATING" and job["phase_progress"] > 0
