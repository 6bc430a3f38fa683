"""The server: whatever a body holds, the answer is one that the OpenAPI document describes."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animator.server.options import ServerOptions
from tests.animator.server.v1.api import Api, served
from tests.fuzz.trees import changed
from tests.fuzz.values import TEXT, nested

FILM: dict[str, Any] = {
    "preset": {
        "size": [64, 64],
        "frames": 6,
        "prompts": {"0": "a lake", "4": "fog"},
        "motion": {"zoom": "0:(1)"},
    },
    "overrides": {"diffusion.steps": 2},
}
SETTINGS: dict[str, Any] = {"settings": {"max_frames": 6, "W": 64, "H": 64, "prompts": {"0": "a lake"}}}
SUBMISSION: dict[str, Any] = {
    **FILM,
    "priority": 1,
    "labels": {"shot": "12"},
    "webhook": {"url": "http://127.0.0.1:9/", "events": ["ended"], "secret": f"whsec_{'A' * 32}"},
}
BODIES: dict[str, tuple[dict[str, Any], ...]] = {
    "/api/v1/jobs": (SUBMISSION, SETTINGS),
    "/api/v1/check": (SUBMISSION, SETTINGS),
    "/api/v1/timeline": ({**FILM, "columns": ["motion", "prompt"], "from": 1, "to": 3}, SETTINGS),
}
TEXTS = (
    "",
    "{",
    "[]",
    "null",
    '"a"',
    "1",
    nested(20_000),
    nested(20_000, '{"preset":', "}"),
    "\ufeff{}",
    "NaN",
)
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server whose jobs nobody renders."""
    renders = tmp_path_factory.mktemp("renders")
    with served(ServerOptions(renders=renders, webhook_hosts=("127.0.0.1",), capacity=100_000)) as api:
        yield api


@pytest.fixture(scope="module")
def document(api: Api) -> Any:
    """The server's OpenAPI document."""
    return api.client.get("/openapi.json").json()


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _check(document: Any, path: str, method: str, answer: httpx2.Response) -> None:
    """Checks that an answer is one that the document describes, and no failure of the server."""
    assert answer.status_code < 500, answer.text
    described = document["paths"][path][method]["responses"][str(answer.status_code)]["content"]
    kind = answer.headers["content-type"].partition(";")[0]
    schema = {**described[kind]["schema"], "components": document["components"]}
    jsonschema.validate(answer.json(), schema)


@pytest.mark.parametrize("path", BODIES)
@given(st.data())
def test_changed_bodies_get_described_answers(
    api: Api, document: Any, path: str, data: st.DataObject
) -> None:
    body = data.draw(st.sampled_from(BODIES[path]).flatmap(changed))
    answer = api.client.post(path, content=json.dumps(body).encode(), headers=JSON)
    _check(document, path, "post", answer)


@pytest.mark.parametrize("path", [*BODIES, "/api/v1/files"])
@given(
    st.sampled_from(TEXTS).map(str.encode) | st.binary(max_size=50),
    st.sampled_from((*JSON.values(), "x", "")),
)
def test_bodies_that_are_none_get_described_answers(
    api: Api, document: Any, path: str, body: bytes, kind: str
) -> None:
    answer = api.client.post(path, content=body, headers={"content-type": kind})
    _check(document, path, "post", answer)


@given(
    st.sampled_from(("presets/{name}", "files/{sha256}", "jobs/{job_id}", "jobs/{job_id}/webhooks")),
    TEXT.filter(lambda text: _is_utf8(text) and text not in ("", ".", "..")),
)
def test_names_that_are_none_get_described_answers(api: Api, document: Any, path: str, name: str) -> None:
    template = f"/api/v1/{path}"
    before, _, after = template.partition("{")
    answer = api.client.get(f"{before}{quote(name, safe='')}{after.partition('}')[2]}")
    if "/" not in name:  # which routes see as one of the path's own
        _check(document, template, "get", answer)
    assert answer.status_code < 500
