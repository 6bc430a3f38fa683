"""Splits a prompt into chunks of 75 weighted tokens, as A1111 does."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from animator.models.diffusion import configs
from animator.models.diffusion.prompts.syntax import Piece, pieces

CHUNK = 75  # CLIP's window of 77 tokens without start and end
COMMA_REACH = 20
"""A full chunk ends at the last comma if that is at most this many tokens back, to keep phrases whole."""


@dataclass(frozen=True)
class Token:
    """One token of a chunk.

    Attributes:
        token_id: Index in the vocabulary.
        weight: Emphasis.
        embedding: Name of the textual inversion that replaces the token; empty for ordinary tokens.
        row: Which of the embedding's vectors.
    """

    token_id: int
    weight: float = 1.0
    embedding: str = ""
    row: int = 0


Chunk = tuple[Token, ...]


def chunks(
    prompt: str, tokenize: Callable[[str], Sequence[int]], embeddings: Mapping[str, int]
) -> list[Chunk]:
    """Returns the prompt's chunks of at most 75 tokens; at least one.

    Args:
        prompt: Text without AND and tags.
        tokenize: Returns the token ids of a text, without start and end.
        embeddings: Number of vectors of each textual inversion, by lower-case name.
    """
    commas = set(tokenize(","))
    finished: list[Chunk] = []
    current: list[Token] = []
    for piece in pieces(prompt):
        if piece.text is None:
            finished.append(tuple(current))
            current = []
            continue
        for group in _token_groups(piece, tokenize, embeddings):
            if len(current) + len(group) > CHUNK:
                full, current = _split_at_comma(current, commas)
                finished.append(full)
            current += group
    return [*finished, tuple(current)] if current or not finished else finished


def _token_groups(
    piece: Piece, tokenize: Callable[[str], Sequence[int]], embeddings: Mapping[str, int]
) -> list[list[Token]]:
    """Returns the tokens of a piece in groups that must not be split, such as one embedding's."""
    groups: list[list[Token]] = []
    for text in _split_embeddings(piece.text or "", embeddings):
        count = min(embeddings.get(text.lower(), 0), CHUNK)
        if count:
            groups.append([Token(0, piece.weight, text.lower(), row) for row in range(count)])
        else:
            groups += [[Token(token_id, piece.weight)] for token_id in tokenize(text)]
    return groups


def _split_embeddings(text: str, embeddings: Mapping[str, int]) -> list[str]:
    """Returns the text split into names of embeddings and other text."""
    if not embeddings:
        return [text]
    names = "|".join(re.escape(name) for name in sorted(embeddings, key=len, reverse=True))
    return [part for part in re.split(rf"(?<![\w-])({names})(?![\w-])", text, flags=re.IGNORECASE) if part]


def _split_at_comma(tokens: list[Token], commas: set[int]) -> tuple[Chunk, list[Token]]:
    """Splits a full chunk behind its last comma, if that is near; returns it and the rest."""
    for back in range(1, min(COMMA_REACH, len(tokens) - 1) + 1):
        if tokens[-back].token_id in commas and not tokens[-back].embedding:
            end = len(tokens) - back + 1
            return tuple(tokens[:end]), tokens[end:]
    return tuple(tokens), []


def clip_tokenizer(*, pad_token: str) -> Any:
    """Returns the tokenizer of OpenAI's CLIP, which Stable Diffusion 1, 2 and SDXL share.

    Args:
        pad_token: "<|endoftext|>" for the text encoder of Stable Diffusion 1, "!" for OpenCLIP's.
    """
    from transformers import CLIPTokenizer

    vocabulary, merges = _vocabulary()
    return CLIPTokenizer(
        vocab=dict(vocabulary), merges=list(merges), pad_token=pad_token, model_max_length=77
    )


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[Mapping[str, int], tuple[tuple[str, str], ...]]:
    """Returns vocabulary (bytes, bytes at a word's end, merges, two special tokens) and merges."""
    import gzip

    packed = resources.files(configs).joinpath("clip_merges.txt.gz").read_bytes()
    merges = [tuple(line.split()) for line in gzip.decompress(packed).decode().splitlines()]
    letters = _byte_letters()
    parts = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(merge) for merge in merges)]
    parts += ["<|startoftext|>", "<|endoftext|>"]
    pairs = tuple((first, second) for first, second in merges)
    return {part: index for index, part in enumerate(parts)}, pairs


def _byte_letters() -> list[str]:
    """Returns a printable character for each of the 256 bytes, in vocabulary order (Radford et al. 2019)."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return [chr(byte) for byte in visible] + [chr(256 + index) for index in range(len(hidden))]
