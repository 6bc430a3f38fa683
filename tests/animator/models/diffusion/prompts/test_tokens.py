"""Chunks of tokens, and CLIP's own vocabulary."""

from collections.abc import Sequence

import pytest

from animator.models.diffusion.prompts.encode import TextEncoder
from animator.models.diffusion.prompts.tokens import CHUNK, chunks, clip_tokenizer
from animator.models.torchvision_ops import declare_missing_ops

COMMA = 1


def words(text: str) -> Sequence[int]:
    """A tokenizer of ours: a number per word by its length, commas apart."""
    return [COMMA if word == "," else 10 + len(word) for word in text.replace(",", " , ").split()]


def lengths(prompt: str) -> list[int]:
    return [len(chunk) for chunk in chunks(prompt, words, {})]


def test_a_short_prompt_is_one_chunk_with_its_weights() -> None:
    (chunk,) = chunks("a (bb:1.5) [ccc]", words, {})
    assert [(token.token_id, round(token.weight, 3)) for token in chunk] == [
        (11, 1.0),
        (12, 1.5),
        (13, 0.909),
    ]


def test_nothing_is_one_empty_chunk() -> None:
    assert lengths("") == [0]


def test_long_prompts_go_on_in_the_next_chunk() -> None:
    assert lengths("x " * CHUNK) == [75]
    assert lengths("x " * (CHUNK + 1)) == [75, 1]
    assert lengths("x " * 160) == [75, 75, 10]


def test_phrases_near_the_end_of_a_chunk_stay_whole() -> None:
    assert lengths("x " * 64 + ", " + "y " * 20) == [65, 20]
    assert lengths("x " * 40 + ", " + "y " * 50) == [75, 16]  # the comma is too far back


def test_break_begins_a_chunk() -> None:
    assert lengths("a b BREAK c") == [2, 1]
    assert lengths("a BREAK BREAK b") == [1, 0, 1]


def test_embeddings_are_found_as_whole_words_and_stay_together() -> None:
    (chunk,) = chunks("a (Inky:1.2) inkyish b", words, {"inky": 3})
    assert [token.row for token in chunk if token.embedding == "inky"] == [0, 1, 2]
    assert {token.weight for token in chunk if token.embedding} == {1.2}
    assert [len(part) for part in chunks("x " * 73 + "inky", words, {"inky": 3})] == [73, 3]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        # As OpenAI's tokenizer gives them.
        ("a photo of a cat", [320, 1125, 539, 320, 2368]),
        ("A Photo of a CAT", [320, 1125, 539, 320, 2368]),
        ("hello world!", [3306, 1002, 256]),
    ],
)
def test_the_shipped_vocabulary_is_clips(text: str, numbers: list[int]) -> None:
    declare_missing_ops()
    tokenizer = clip_tokenizer(pad_token="!")
    assert len(tokenizer) == 49408
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id) == (49406, 49407, 0)
    assert TextEncoder(tokenizer, None, skips=1, is_normed=True).token_ids(text) == numbers


def test_every_text_has_tokens() -> None:
    declare_missing_ops()
    tokenizer = clip_tokenizer(pad_token="<|endoftext|>")
    for text in ("naïve café", "日本語", "🙂", "a_b-c", "\u0000"):
        numbers = tokenizer(text, add_special_tokens=False).input_ids
        assert numbers and 49407 not in numbers, text
