"""What the text encoder is trained to read: captions, shortened or muddled now and then."""

from collections.abc import Sequence

import torch
from numpy.random import Generator
from torch import Tensor
from transformers import CLIPTokenizer

from animator.training.tokenizer import LENGTH

_EMPTY = 0.1  # of the captions: what classifier-free guidance leads away from
_SHORTENED = 0.2
_KEPT = 0.7  # of the phrases of a shortened caption
_MUDDLED = 0.05  # get a word that means nothing, so that unknown words do no harm


def varied(caption: str, rng: Generator) -> str:
    """The caption, or nothing, or a part of it, or the caption with a strange word."""
    chance = rng.random()
    if chance < _EMPTY:
        return ""
    phrases = caption.split(", ")
    if chance < _EMPTY + _SHORTENED:
        return ", ".join(p for index, p in enumerate(phrases) if index == 0 or rng.random() < _KEPT)
    if chance < _EMPTY + _SHORTENED + _MUDDLED:
        letters = rng.integers(97, 123, int(rng.integers(3, 9)))
        phrases.insert(int(rng.integers(len(phrases) + 1)), "".join(map(chr, letters)))
    return ", ".join(phrases)


def token_ids(tokenizer: CLIPTokenizer, captions: Sequence[str]) -> Tensor:
    """Tokens (N, 77), padded with the end token as they are when drawing."""
    padded = tokenizer(list(captions), padding="max_length", max_length=LENGTH, truncation=True)
    return torch.tensor(padded["input_ids"])
