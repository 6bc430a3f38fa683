"""The texts of pages in other languages: `translation` returns what translates them from English."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import yaml

LANGUAGES: Mapping[str, str] = {"en": "English", "ko": "한국어"}
"""Languages by their codes; each but English has two files of texts here."""
ENGLISH = "en"
Translate = Callable[[str], str]
"""Returns an English text in the page's language; the English where the language lacks it."""


def translation(language: str) -> Translate:
    """Returns what translates texts into a language."""
    texts = {} if language == ENGLISH else {**setting_texts_of(language), **texts_of(language)}
    return lambda text: texts.get(text, text)


@cache
def texts_of(language: str) -> Mapping[str, str]:
    """Returns the texts of pages in a language by the English ones."""
    return _read(f"{language}.yaml")


@cache
def setting_texts_of(language: str) -> Mapping[str, str]:
    """Returns titles and sentences of settings in a language by the English ones of their catalog."""
    return _read(f"{language}_settings.yaml")


def _read(name: str) -> Mapping[str, str]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # many times as fast, where it is installed
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    texts: dict[str, str] = yaml.load(text, loader)  # noqa: S506 (both are safe)
    return texts


def language_of(chosen: str, accepted: str) -> str:
    """Returns the language of a page.

    Args:
        chosen: The code of the language that the person chose; may be anything.
        accepted: The browser's `Accept-Language`, in which the languages stand in their order.
    """
    if chosen in LANGUAGES:
        return chosen
    codes = re.findall(r"(?:^|,)\s*([a-zA-Z]{2,3})\b", accepted[:1000])
    return next((code.lower() for code in codes if code.lower() in LANGUAGES), ENGLISH)
