"""Words that the built-in model knows."""

import re
from pathlib import Path

import pytest
import yaml

from animator.starter.vocabulary import unknown_words


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("a lake with mountains at dawn, mist", ()),
        ("a cat astronaut", ("cat", "astronaut")),
        ("A Cat and another cat", ("cat", "another")),
        ("(sunset:1.2) over the sea AND a city:0.5 <lora:style:0.7>", ()),
        ("stained glass windows, galaxies, skies, houses, autumn colours", ()),
        ("湖水", ("湖水",)),
        ("", ()),
    ],
)
def test_words_outside_the_vocabulary_are_found(prompt: str, unknown: tuple[str, ...]) -> None:
    assert unknown_words(prompt) == unknown


def test_the_example_presets_use_known_words() -> None:
    for path in sorted(Path("presets").glob("*.yaml")):
        prompts = yaml.safe_load(path.read_text()).get("prompts", "")
        texts = [prompts] if isinstance(prompts, str) else [str(text) for text in prompts.values()]
        for text in texts:
            plain = re.sub(r"--neg.*|__\w+__|\{|\}", " ", text)
            assert unknown_words(plain) in ((), ("linear",), ("rays",)), path
