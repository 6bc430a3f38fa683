"""What all pages share: films are kept as they change, and work is done under the server's restrictions."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from animator.core.confinement import confinement
from animator.server.options import ServerOptions
from animator.studio.drafts import Opened
from animator.studio.film.session import open_in_film_page
from animator.studio.studio import Studio

SMALL = "size: [64, 64]\nframes: 4\nprompts: a lake\n"


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    server: Any = SimpleNamespace(options=ServerOptions(renders=tmp_path / "renders"), images=None)
    return Studio(server)


def test_a_film_that_cannot_be_kept_says_so_until_it_can(studio: Studio, tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "renders").mkdir()
        (tmp_path / "renders" / "drafts").write_text("a file in the way")
        draft = studio.drafts.new(SMALL)
        draft.change(f"{SMALL}fps: 12\n")
        assert (await studio.analyses.of(draft)).report.ok
        assert "cannot be kept" in draft.unkept and draft.must_be_kept
        (tmp_path / "renders" / "drafts").unlink()
        draft.change(SMALL)
        await studio.analyses.of(draft)
        assert draft.unkept == "" and not draft.must_be_kept
        found = Studio(studio.server).drafts.find(draft.id)
        assert found is not None and found.text == SMALL

    asyncio.run(story())


def test_an_example_that_is_only_looked_at_makes_no_file(studio: Studio, tmp_path: Path) -> None:
    asyncio.run(studio.analyses.of(studio.drafts.new(SMALL)))
    assert not (tmp_path / "renders").exists()


def test_another_page_opens_settings_as_a_film_that_stays(studio: Studio) -> None:
    async def story() -> None:
        url = await open_in_film_page(studio, SMALL, Opened("an image"))
        draft_id = url.removeprefix("/?film=")
        draft = studio.drafts.find(draft_id)
        assert draft is not None and draft.opened == Opened("an image")
        assert Studio(studio.server).drafts.find(draft_id) is not None

    asyncio.run(story())


def test_work_is_done_under_the_restrictions_of_the_server(studio: Studio) -> None:
    assert asyncio.run(studio.run(confinement)) == studio.server.options.confinement
    assert confinement() is None
