"""Fields of an infotext's parameter line: `Steps: 20, Lora hashes: "a: 1, b: 2", Resources: [{"id": 1}]`."""

import json
import re
from typing import Any

KNOWN = frozenset(
    name.strip()
    for name in [
        "Steps",
        " Sampler",
        " Schedule type",
        " CFG scale",
        " Seed",
        " Size",
        " Model hash",
        " Model",
        " VAE",
        " VAE hash",
        " Variation seed",
        " Variation seed strength",
        " Denoising strength",
        " Clip skip",
        " Mask blur",
        " ENSD",
        " Hires upscale",
        " Hires steps",
        " Hires upscaler",
        " Hires resize",
        " Lora hashes",
        " TI hashes",
        " Version",
        " Face restoration",
        " RNG",
        " Eta",
        " Tiling",
    ]
)
"""Fields that the web UI writes."""
_STEPS = re.compile(r"\s{0,9}Steps:\s{0,9}\d")
_NAME = re.compile(r"\s{0,9}(\w[\w \-/.()]{0,99}):\s{0,9}")
_QUOTED = re.compile(r'"(?:\\.|[^\\"])*"')
_PLAIN = re.compile(r"[^,]*")
_END = re.compile(r"\s*(?:,|$)")
_FEWEST_KNOWN = 3


def find_line(lines: list[str]) -> int | None:
    """Returns the index of the parameter line: the last one that begins with `Steps:` or has known fields."""
    for index in range(len(lines) - 1, -1, -1):
        if _STEPS.match(lines[index]):
            return index
    for index in range(len(lines) - 1, -1, -1):
        if len(KNOWN.intersection(fields_of(lines[index]))) >= _FEWEST_KNOWN:
            return index
    return None


def fields_of(line: str) -> dict[str, str]:
    """Returns the fields of a line in their order; texts in quotes and JSON may contain commas."""
    fields: dict[str, str] = {}
    at = 0
    while at < len(line) and (name := _NAME.match(line, at)):
        value, at = _value(line, name.end())
        fields[name[1].strip()] = value
        end = _END.match(line, at)
        if end is None or end.end() == at:
            break
        at = end.end()
    return fields


def quote(text: str) -> str:
    """Returns a value as the web UI writes it: as JSON where it has a comma, a colon or a line break."""
    return json.dumps(text, ensure_ascii=False) if re.search(r'[,:\n"]', text) else text


def number(text: str) -> Any:
    """Returns the number of a text; one that is none is left as it is, for the validation to report."""
    try:
        return float(text) if any(sign in text for sign in ".eE") else int(text)
    except ValueError:
        return text


def plain_number(value: object) -> str:
    """Returns a number, or another value, as the web UI writes it: whole numbers without a fraction."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _value(line: str, at: int) -> tuple[str, int]:
    """Returns the value that begins at a position, and the position behind it."""
    quoted = _QUOTED.match(line, at)
    if quoted and _END.match(line, quoted.end()):
        return _unquote(quoted[0]), quoted.end()
    if line.startswith(("[", "{"), at) and (stop := _json_end(line, at)):
        return line[at:stop], stop
    plain = _PLAIN.match(line, at)
    return (plain[0].strip(), plain.end()) if plain else ("", at)


def _json_end(line: str, at: int) -> int | None:
    """Returns the position behind a JSON value that a field's end follows; None if there is none."""
    try:
        stop = json.JSONDecoder(parse_int=float).raw_decode(line, at)[1]
    except (ValueError, RecursionError):
        return None
    return stop if _END.match(line, stop) else None


def _unquote(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return text
