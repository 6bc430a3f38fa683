"""GET /docs: the operations of the server on one page, which loads nothing from anywhere."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter()
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 14px/1.4 ui-monospace, monospace; background: #8882; border-radius: 3px; padding: 0 .2em; }
summary { cursor: pointer; padding: .2rem 0; }
table { border-collapse: collapse; } td { padding: .1rem .8rem .1rem 0; vertical-align: top; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
:root { color-scheme: light dark; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
Schema = Mapping[str, Any]


@router.get("/docs", include_in_schema=False)
def get_docs(request: Request) -> HTMLResponse:
    """Returns the page."""
    return HTMLResponse(page_of(request.app.openapi()), headers={"Content-Security-Policy": _POLICY})


def page_of(document: Schema) -> str:
    """Returns a page with every operation of an OpenAPI document."""
    info = document["info"]
    operations: dict[str, list[str]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or ["other"])[0]
            operations.setdefault(tag, []).append(_operation(method, path, operation))
    sections = "".join(f"<h2>{escape(tag)}</h2>\n{''.join(texts)}" for tag, texts in operations.items())
    title = f"{escape(info['title'])} {escape(info['version'])}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body>'
        f"<h1>{title}</h1><p>{escape(info.get('summary', ''))} "
        'For programs: <a href="openapi.json">openapi.json</a>.</p>\n'
        f"{sections}</body></html>\n"
    )


def _operation(method: str, path: str, operation: Schema) -> str:
    """Returns one operation."""
    rows = "".join(_row(*row) for row in (*_parameters(operation), *_body(operation), *_responses(operation)))
    return (
        f'<details><summary><span class="method">{method.upper()}</span> <code>{escape(path)}</code> '
        f"{escape(operation.get('summary', ''))}</summary>"
        f"<p>{escape(operation.get('description', ''))}</p><table>{rows}</table></details>\n"
    )


def _row(name: str, kind: str, text: str) -> str:
    cells = (f"<code>{escape(name)}</code>", escape(kind), escape(text))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _parameters(operation: Schema) -> Iterator[tuple[str, str, str]]:
    for parameter in operation.get("parameters", ()):
        text = parameter.get("description") or parameter["schema"].get("description", "")
        yield parameter["name"], f"{parameter['in']}, {_type_of(parameter['schema'])}", text


def _body(operation: Schema) -> Iterator[tuple[str, str, str]]:
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield "body", kind, _type_of(content.get("schema", {}))


def _responses(operation: Schema) -> Iterator[tuple[str, str, str]]:
    for status, response in operation.get("responses", {}).items():
        yield status, ", ".join(response.get("content", {})), response.get("description", "")


def _type_of(schema: Schema) -> str:
    """Returns the type of a value in words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_type_of(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type_of(schema.get('items', {}))}"
    return str(schema.get("type", "any value"))
