"""The values of a film at every frame."""

from typing import Any

import httpx2
import pytest

from animator.server.v1 import timeline
from tests.animator.server.v1.api import LAKE, Api

FILM = {**LAKE, "frames": 10, "motion": {"zoom": "0:(1), 9:(10)", "angle": "0:(t)"}}


def _ask(api: Api, **body: Any) -> httpx2.Response:
    return api.client.post("/api/v1/timeline", json={"preset": FILM, **body})


def test_columns_have_a_value_for_every_frame(api: Api) -> None:
    values = _ask(api).json()
    assert (values["frames"], values["from"], values["to"]) == (10, 0, 9)
    assert values["columns"]["motion.zoom"] == list(range(1, 11))
    assert values["columns"]["prompt"] == ["a lake"] * 10
    assert {len(column) for column in values["columns"].values()} == {10}


def test_some_columns_of_some_frames_can_be_asked_for(api: Api) -> None:
    values = _ask(api, columns=["motion", "frame"], **{"from": 3, "to": 4}).json()
    assert values["columns"]["frame"] == [3, 4]
    assert values["columns"]["motion.angle"] == [3, 4]
    assert {name.partition(".")[0] for name in values["columns"]} == {"motion", "frame"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"columns": ["motion.zom"]}, "/columns"),
        ({"from": 5, "to": 4}, "/from"),
        ({"to": 10}, "/from"),
    ],
)
def test_what_the_film_does_not_have_is_a_problem_with_its_place(
    api: Api, body: dict[str, Any], pointer: str
) -> None:
    answer = _ask(api, **body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_an_answer_is_of_bounded_size(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "MAX_VALUES", 19)
    assert _ask(api, columns=["frame", "seed"]).status_code == 422
    assert _ask(api, columns=["frame"]).status_code == 200
    monkeypatch.setattr(timeline, "MAX_TEXT", 59)
    assert _ask(api, columns=["prompt"]).status_code == 422


def test_every_mistake_of_the_film_is_told(api: Api) -> None:
    answer = api.client.post(
        "/api/v1/timeline", json={"preset": {**FILM, "fps": -1}, "overrides": {"motion.zoom": "0:("}}
    )
    assert answer.status_code == 422
    assert {error["pointer"].split("/")[-1] for error in answer.json()["errors"]} == {"fps", "zoom"}
