"""Checks the text of JSON bodies, which may have what no file and no database can hold."""

import json
import re

from fastapi import Request
from fastapi.exceptions import RequestValidationError

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


async def check_json(request: Request) -> None:
    """Checks that a JSON body has whole characters only; a dependency of every operation.

    Raises:
        RequestValidationError: It has half of a surrogate pair.
    """
    is_json = "json" in request.headers.get("content-type", "")
    if not is_json or not _SURROGATE.search(await request.body()):
        return
    try:
        value = await request.json()
    except (ValueError, RecursionError):  # whoever needs the body reports it
        return
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError) as error:
        message = "contains half of a character, such as \\ud800; write the whole character"
        raise RequestValidationError([{"loc": ("body",), "msg": message, "type": "value_error"}]) from error
