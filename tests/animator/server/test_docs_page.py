"""The page of operations: complete, readable, and without anything from another site."""

from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx2

from animator.server.docs_page import page_of
from tests.animator.server.running import Local


class Links(HTMLParser):
    """What a page loads or leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def test_the_page_has_every_operation(local: Local) -> None:
    document: dict[str, Any] = httpx2.get(f"{local.url}/openapi.json").json()
    page = httpx2.get(f"{local.url}/docs")
    text = unescape(page.text)
    assert page.headers["content-type"].startswith("text/html")
    for path, methods in document["paths"].items():
        assert f"<code>{path}</code>" in text
        for operation in methods.values():
            assert operation["summary"] in text


def test_the_page_loads_nothing_and_runs_nothing(local: Local) -> None:
    page = httpx2.get(f"{local.url}/docs")
    links = Links()
    links.feed(page.text)
    assert links.found == ["openapi.json"] and "script" not in links.tags
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_texts_of_the_document_are_no_markup() -> None:
    operation = {"summary": "<b>", "description": "a & b", "responses": {"200": {"description": "<script>"}}}
    page = page_of({"info": {"title": "<i>", "version": "1"}, "paths": {"/<x>": {"get": operation}}})
    assert "<script>" not in page and "<b>" not in page and "<i>" not in page and "&lt;x&gt;" in page


def test_the_document_has_an_id_and_the_errors_of_every_operation(local: Local) -> None:
    document: dict[str, Any] = httpx2.get(f"{local.url}/openapi.json").json()
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    ids = [one["operationId"] for one in operations]
    assert document["openapi"].startswith("3.1") and len(set(ids)) == len(ids)
    for one in operations:
        if one["operationId"] != "get_health":
            assert "401" in one["responses"] and one["summary"] and one["description"], one["operationId"]
