"""The limits on the page on security are those of the code."""

import re
from importlib import import_module
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| (.+?) \| ([\d,]+)( MB)?.*? \| `([\w.]+)\.(\w+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("what", "number", "unit", "module", "name"), ROWS, ids=[row[0] for row in ROWS])
def test_a_limit_on_the_page_is_that_of_the_code(
    what: str, number: str, unit: str, module: str, name: str
) -> None:
    shown = int(number.replace(",", "")) * (1_000_000 if unit else 1)
    assert getattr(import_module(module), name) == shown, what


def test_every_limit_of_the_page_is_compared() -> None:
    table = PAGE.split("## Limits")[1].split("##")[0]
    assert len(ROWS) == len(re.findall(r"^\| ", table, re.MULTILINE)) - 1  # the head
