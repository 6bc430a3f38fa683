"""A prompt's text -> chunks of 75 tokens, each with its weight."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from animator.models.diffusion import configs
from animator.models.diffusion.prompts.syntax import Piece, pieces

CHUNK = 75  # tokens of a CLIP text encoder's window of 77 that are free
COMMA_REACH = 20
"""A chunk that is full ends at a comma where one is at most this far back, so that phrases stay whole."""


@dataclass(frozen=True)
class Token:
    """One place of a chunk.

    Attributes:
        number: Index in the vocabulary.
        weight: Emphasis.
        embedding: Name of the textual inversion whose vector stands here; empty for a word.
        row: Which of that embedding's vectors.
    """

    number: int
    weight: float = 1.0
    embedding: str = ""
    row: int = 0


Chunk = tuple[Token, ...]


def chunks(prompt: str, words: Callable[[str], Sequence[int]], embeddings: Mapping[str, int]) -> list[Chunk]:
    """The prompt's chunks of at most 75 tokens; at least one.

    Args:
        prompt: One part of a prompt: no AND, no tags.
        words: The tokenizer: text to vocabulary indices, nothing added at the ends.
        embeddings: How many vectors each textual inversion has, by lower-case name.
    """
    commas = set(words(","))
    done: list[Chunk] = []
    now: list[Token] = []
    for piece in pieces(prompt):
        if piece.text is None:
            done.append(tuple(now))
            now = []
            continue
        for group in _groups(piece, words, embeddings):
            if len(now) + len(group) > CHUNK:
                full, now = _cut(now, commas)
                done.append(full)
            now += group
    return [*done, tuple(now)] if now or not done else done


def _groups(
    piece: Piece, words: Callable[[str], Sequence[int]], embeddings: Mapping[str, int]
) -> list[list[Token]]:
    """The tokens of a piece; those of one embedding stay together."""
    groups: list[list[Token]] = []
    for text in _split(piece.text or "", embeddings):
        count = min(embeddings.get(text.lower(), 0), CHUNK)
        if count:
            groups.append([Token(0, piece.weight, text.lower(), row) for row in range(count)])
        else:
            groups += [[Token(number, piece.weight)] for number in words(text)]
    return groups


def _split(text: str, embeddings: Mapping[str, int]) -> list[str]:
    """The text with the names of embeddings apart."""
    if not embeddings:
        return [text]
    names = "|".join(re.escape(name) for name in sorted(embeddings, key=len, reverse=True))
    return [part for part in re.split(rf"(?<![\w-])({names})(?![\w-])", text, flags=re.IGNORECASE) if part]


def _cut(tokens: list[Token], commas: set[int]) -> tuple[Chunk, list[Token]]:
    """What stays of a full chunk, and what goes to the next: all behind its last comma, if near."""
    for back in range(1, min(COMMA_REACH, len(tokens) - 1) + 1):
        if tokens[-back].number in commas and not tokens[-back].embedding:
            stay = len(tokens) - back + 1
            return tuple(tokens[:stay]), tokens[stay:]
    return tuple(tokens), []


def clip_tokenizer(*, pad_token: str) -> Any:
    """The tokenizer of OpenAI's CLIP, which Stable Diffusion 1, 2 and SDXL share.

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
    """The vocabulary (256 bytes, the same at a word's end, a part per merge, two marks) and the merges."""
    import gzip

    packed = resources.files(configs).joinpath("clip_merges.txt.gz").read_bytes()
    merges = [tuple(line.split()) for line in gzip.decompress(packed).decode().splitlines()]
    letters = _byte_letters()
    parts = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(merge) for merge in merges)]
    parts += ["<|startoftext|>", "<|endoftext|>"]
    pairs = tuple((first, second) for first, second in merges)
    return {part: index for index, part in enumerate(parts)}, pairs


def _byte_letters() -> list[str]:
    """A visible letter for each of the 256 bytes, in the vocabulary's order (Radford et al. 2019)."""
    visible = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return [chr(byte) for byte in visible] + [chr(256 + index) for index in range(len(hidden))]
