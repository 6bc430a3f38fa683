"""Captions as the text encoder reads them in training: dropped, shortened or perturbed at random."""

from collections.abc import Sequence

import torch
from numpy.random import Generator
from torch import Tensor
from transformers import CLIPTokenizer

from animator.training.tokenizer import LENGTH

_EMPTY = 0.1  # of the captions are dropped, for classifier-free guidance
_SHORTENED = 0.2  # of the captions lose phrases
_KEPT = 0.7  # of the phrases of a shortened caption
_PERTURBED = 0.05  # of the captions get a random word, so that unknown words do no harm


def augment_caption(caption: str, rng: Generator) -> str:
    """Returns the caption, an empty text, some of its phrases, or the caption with a random word."""
    chance = rng.random()
    if chance < _EMPTY:
        return ""
    phrases = caption.split(", ")
    if chance < _EMPTY + _SHORTENED:
        return ", ".join(p for index, p in enumerate(phrases) if index == 0 or rng.random() < _KEPT)
    if chance < _EMPTY + _SHORTENED + _PERTURBED:
        letters = rng.integers(97, 123, int(rng.integers(3, 9)))
        phrases.insert(int(rng.integers(len(phrases) + 1)), "".join(map(chr, letters)))
    return ", ".join(phrases)


def token_ids(tokenizer: CLIPTokenizer, captions: Sequence[str]) -> Tensor:
    """Returns tokens (N, 77), padded with the end token as in generation."""
    padded = tokenizer(list(captions), padding="max_length", max_length=LENGTH, truncation=True)
    return torch.tensor(padded["input_ids"])
