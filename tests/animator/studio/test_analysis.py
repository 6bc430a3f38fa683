"""What is known of a film before it renders, for all pages that show it."""

import asyncio
from itertools import pairwise

import pytest

from animator.studio.analysis import MAX_AT_ONCE, NOT_YET, Analyses, Analysis, analyze
from animator.studio.drafts import FilmDraft

SMALL = "size: [64, 64]\nframes: 4\nprompts: a lake\n"


def test_a_film_without_problems_has_its_film_and_its_work() -> None:
    analysis = analyze(SMALL, 3)
    assert analysis.version == 3 and analysis.report.ok
    assert analysis.film is not None and analysis.film.frames == 4
    assert analysis.report.film_work().frames == 4


def test_a_wrong_setting_has_a_place_and_leaves_the_film() -> None:
    analysis = analyze(f"{SMALL}promts: a lake\n", 0)
    [problem] = analysis.report.problems
    assert problem.where == "<text>:4:1" and "prompts" in problem.message
    assert analysis.film is not None and analysis.film.frames == 4


@pytest.mark.parametrize(
    "text", ["a: [", "quickstart", "- a list\n", "a: 1\na: 2\n", "frames: !!python/none"]
)
def test_what_is_no_preset_is_no_film(text: str) -> None:
    analysis = analyze(text, 0)
    assert analysis.film is None and not analysis.report.ok


@pytest.mark.parametrize(
    "text",
    [
        "[" * 65_536,
        "[" * 1_000_000,
        "prompts: " + "[" * 500 + "]" * 500,
        "a: &a [1, 1]\n" + "".join(f"{b}: &{b} [{f'*{a}, ' * 9}]\n" for a, b in pairwise("abcdefghi")),
        "x" * 1_200_000,
        "a\0b: 1\n",
        "".join(" " * depth + "a:\n" for depth in range(1000)),
    ],
    ids=["brackets", "many brackets", "nested", "aliases", "long", "null", "deep"],
)
def test_hostile_texts_are_problems(text: str) -> None:
    assert not analyze(text, 0).report.ok


def test_an_empty_text_is_the_default_film() -> None:
    assert analyze("", 0).film is not None


def test_what_nobody_has_looked_at_cannot_be_rendered_yet() -> None:
    assert not NOT_YET.report.ok and NOT_YET.film is None


class Slow:
    """Analyses that end when they are told to."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.kept: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, text: str, version: int) -> Analysis:
        self.texts.append(text)
        await self.go_on.wait()
        return Analysis(version, NOT_YET.report, None)

    async def keep(self, draft: FilmDraft) -> None:
        self.kept.append(draft.text)


def test_a_text_is_looked_at_once_for_all_pages() -> None:
    async def story() -> None:
        slow, draft = Slow(), FilmDraft("d", "a")
        analyses = Analyses(slow.keep, slow)
        pages = [asyncio.create_task(analyses.of(draft)) for _ in range(5)]
        await asyncio.sleep(0)
        pages[0].cancel()  # a page that closes
        slow.go_on.set()
        results = await asyncio.gather(*pages[1:])
        assert slow.texts == slow.kept == ["a"] and {result.version for result in results} == {0}
        draft.change("b")
        assert (await analyses.of(draft)).version == 1 and slow.texts == ["a", "b"]

    asyncio.run(story())


def test_a_few_texts_are_looked_at_together() -> None:
    async def story() -> None:
        slow = Slow()
        analyses = Analyses(slow.keep, slow)
        pages = [asyncio.create_task(analyses.of(FilmDraft("d", str(number)))) for number in range(6)]
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(slow.texts) == MAX_AT_ONCE and len(slow.kept) == 6
        slow.go_on.set()
        assert len(await asyncio.gather(*pages)) == 6

    asyncio.run(story())
