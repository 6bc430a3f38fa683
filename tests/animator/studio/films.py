"""Films of 64 x 64 pixels for the studio's tests, and the pages on which they are written."""

from pathlib import Path

import httpx2
import yaml

from tests.animator.server.running import Command

LONG = 4000
"""Frames of a film that no test sees the end of."""


def preset(name: str = "small film", frames: int = 6, **more: object) -> dict[str, object]:
    return {
        "name": name,
        "size": [64, 64],
        "frames": frames,
        "prompts": "a lake",
        "diffusion": {"seed": 7, "steps": 1, "cadence": 1},
        **more,
    }


def write_draft(renders: Path, number: int, film: dict[str, object]) -> str:
    """Writes a draft as the studio keeps it, and returns its id."""
    draft = f"20261130-000000-{number:08x}"
    (renders / "drafts").mkdir(exist_ok=True)
    (renders / "drafts" / f"{draft}.yaml").write_text(yaml.safe_dump(film))
    return draft


def submit(server: Command, film: dict[str, object], draft: str = "") -> str:
    """Submits a film over HTTP, as one of a draft's, and returns its job's id."""
    body = {"preset": film, "labels": {"film": draft} if draft else {}}
    answer = httpx2.post(server.jobs, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def frames_of(server: Command, job: str, frames: int) -> list[bytes]:
    """The PNG files of a job's frames."""
    answers = [httpx2.get(f"{server.jobs}/{job}/frames/{frame}.png") for frame in range(frames)]
    return [answer.content for answer in answers]


def finished(server: Command, job: str) -> str:
    """Waits until a job has ended, and returns its state."""
    while True:
        answer = httpx2.get(f"{server.jobs}/{job}").json()
        if answer["status"] in ("succeeded", "failed", "canceled"):
            return str(answer["status"])
