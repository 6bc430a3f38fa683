"""Generated documentation is up to date."""

import re
from pathlib import Path

import pytest

from docs.build.blocks import BLOCKS, block_names, fill_blocks
from docs.build.images import SHOWN, images
from docs.build.parameters import document, undocumented

DOCS = Path(__file__).parents[1] / "docs"


def test_the_page_is_current() -> None:
    assert (DOCS / "parameters.md").read_text() == document(), "run `python -m docs.build`"


@pytest.mark.parametrize("page", BLOCKS)
def test_the_generated_parts_of_a_page_are_current(page: str) -> None:
    text = (DOCS / page).read_text()
    assert set(block_names(text)) == BLOCKS[page].keys()
    assert fill_blocks(page, text) == text, "run `python -m docs.build`"


def test_every_parameter_is_explained() -> None:
    assert undocumented() == (), "write a docstring below the field and run `python -m docs.build`"


def test_every_link_and_image_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", document())
    assert links and all((DOCS / link).is_file() for link in links)


def test_every_image_is_shown_and_can_be_made() -> None:
    made = dict(images())
    assert set(made) == {name for shown in SHOWN.values() for name, _ in shown}
    assert all(image.getcolors(1_000_000) for image in made.values())
