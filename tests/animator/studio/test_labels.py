"""The texts of pages: each has a translation, and each translation is of a text that a page has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from animator.generation.catalog import image_groups
from animator.jobs.trainings.settings import training_groups
from animator.settings.catalog import setting_groups, step_group
from animator.settings.step import BUILT_IN
from animator.studio.labels import (
    ENGLISH,
    LANGUAGES,
    language_of,
    setting_texts_of,
    texts_of,
    translation,
)

STUDIO = Path(__file__).parents[3] / "animator" / "studio"
OTHERS = [code for code in LANGUAGES if code != ENGLISH]


def constants() -> Iterator[tuple[str, bool]]:
    """Every text in the studio's code, with whether it is translated where it stands."""
    for path in STUDIO.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        translated = {
            id(node.args[0])
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "t" and node.args
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, id(node) in translated


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_a_page_is_translated(language: str) -> None:
    assert {text for text, is_translated in constants() if is_translated} - texts_of(language).keys() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_is_of_a_text_that_a_page_has(language: str) -> None:
    assert texts_of(language).keys() - {text for text, _ in constants()} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_places_of_the_english_texts(language: str) -> None:
    def places(text: str) -> list[str]:
        return sorted(re.findall(r"\{\w+\}", text))

    assert [text for text, other in texts_of(language).items() if places(text) != places(other)] == []


def test_a_text_that_a_language_lacks_stays_english() -> None:
    assert translation("ko")("no such text") == "no such text"


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("ko", "en-US,en;q=0.9", "ko"),
        ("", "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("", "de-DE,de;q=0.9,ko;q=0.8", "ko"),
        ("", "xx", "en"),
        ("<script>", "", "en"),
        ("", "," * 100_000, "en"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_first_that_is_there(
    chosen: str, accepted: str, language: str
) -> None:
    assert language_of(chosen, accepted) == language


def setting_texts() -> set[str]:
    """Titles and sentences of the settings of films, of our own steps, of images, and of trainings."""
    films = (*setting_groups(), *map(step_group, BUILT_IN))
    images = image_groups().values()
    trainings = training_groups().values()
    settings = (setting for group in (*films, *images, *trainings) for setting in group.settings)
    texts = {text for one in settings for text in (one.title, one.description)}
    texts |= {text for group in films for text in (group.title, group.description)}
    return (texts | {group.title for group in images if group.name}) - {""}


@pytest.mark.parametrize("language", OTHERS)
def test_every_title_and_sentence_of_a_setting_is_translated(language: str) -> None:
    translated = setting_texts_of(language).keys()
    assert setting_texts() - translated - texts_of(language).keys() == set()
    assert translated - setting_texts() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_translated_sentences_name_the_same_settings_and_values(language: str) -> None:
    def names(text: str) -> set[str]:
        return set(re.findall(r"`[^`]+`", text))

    assert [text for text, other in setting_texts_of(language).items() if names(text) != names(other)] == []
