"""Tokenizer of the built-in model: known words become few tokens, unknown ones survive."""

from pathlib import Path

import pytest
from transformers import CLIPTokenizer

from animator.training.prompts import token_ids
from animator.training.tokenizer import LENGTH, byte_symbols, train_tokenizer

CAPTIONS = ["snowy mountains at sunset", "mountains behind a calm lake", "a lake at night, aurora"] * 3


@pytest.fixture(scope="module")
def tokenizer() -> CLIPTokenizer:
    return train_tokenizer(CAPTIONS, 200)


def test_every_byte_has_a_symbol() -> None:
    assert len(set(byte_symbols())) == 256


@pytest.mark.parametrize(
    "text", ["snowy mountains at sunset, aurora", "xylophone zürich 猫 !!! 12:45", "Ünïcödé", "🙂 mountains"]
)
def test_text_survives_even_unknown_words(tokenizer: CLIPTokenizer, text: str) -> None:
    ids = tokenizer(text)["input_ids"]
    assert ids[0] == tokenizer.bos_token_id
    assert ids.index(tokenizer.eos_token_id) == len(ids) - 1, "an unknown word became the end token"
    letters = "".join(tokenizer.decode(ids, skip_special_tokens=True).split())
    assert letters == "".join(text.lower().split())


def test_known_words_are_few_tokens_and_special_tokens_come_last(tokenizer: CLIPTokenizer) -> None:
    assert len(tokenizer("mountains at sunset")["input_ids"]) < len("mountains at sunset")
    assert tokenizer.eos_token_id == len(tokenizer) - 1
    assert tokenizer.bos_token_id == len(tokenizer) - 2


def test_prompts_are_padded_and_truncated_to_the_length_of_clip(tokenizer: CLIPTokenizer) -> None:
    ids = token_ids(tokenizer, ["a lake", "lake " * 200])
    assert ids.shape == (2, LENGTH)
    assert ids[0, -1] == ids[1, -1] == tokenizer.eos_token_id


def test_a_saved_tokenizer_gives_the_same_tokens(tokenizer: CLIPTokenizer, tmp_path: Path) -> None:
    from transformers import CLIPTokenizer

    tokenizer.save_pretrained(tmp_path)
    again = CLIPTokenizer.from_pretrained(tmp_path)
    for text in ("a lake at night", "xylophone 猫"):
        assert again(text)["input_ids"] == tokenizer(text)["input_ids"]
