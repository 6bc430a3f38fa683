"""The warning about prompts that the built-in model cannot follow."""

import re

from animator.settings import Animation
from animator.settings.wildcards import with_wildcards
from animator.starter.vocabulary import DRAWS, unknown_words
from schedules.prompt_text import split_negative

STARTER = "starter"
SHOWN = 8
"""Words that the warning names; the rest are counted."""
_NOT_TEXT = re.compile(r"`[^`]*`|__\S+?__|<[^<>]{1,200}>")


def vocabulary_warnings(animation: Animation) -> list[str]:
    """Returns one warning about the words that the built-in model does not know, if it is the film's model.

    The words of all prompts are listed once, those of negative prompts left out.
    """
    if animation.model != STARTER:
        return []
    film = with_wildcards(animation)
    texts = [film.prompt_prefix, *(key.text for key in film.prompts.keys), film.prompt_suffix]
    return unknown_words_warnings("prompts", " ".join(split_negative(text)[0] for text in texts))


def unknown_words_warnings(setting: str, text: str) -> list[str]:
    """Returns one warning about the words of a text that the built-in model does not know, if there are any.

    Args:
        setting: The setting that has the text.
        text: The text, without negative prompts.
    """
    words = unknown_words(_NOT_TEXT.sub(" ", text))
    if not words:
        return []
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    named = ", ".join(f'"{word}"' for word in words[:SHOWN])
    return [
        f"{setting}: the built-in model does not know {named}{more}; it generates {DRAWS}. "
        "For anything else, name another model, such as a .safetensors file, as `model`"
    ]
