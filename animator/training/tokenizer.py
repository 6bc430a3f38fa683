"""Tokenizer of the built-in model: byte-level BPE trained on captions, in CLIP's format.

Every byte is a token of its own, inside and at the end of a word, so that unknown words become letters and
never the end token.
"""

import json
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

LENGTH = 77  # tokens of a prompt, as in CLIP
END_OF_WORD = "</w>"
_START, _END = "<|startoftext|>", "<|endoftext|>"
_WORDS = r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""


def train_tokenizer(captions: Iterable[str], size: int) -> CLIPTokenizer:
    """Returns a tokenizer whose merges are learned from captions.

    Args:
        captions: Training texts.
        size: Largest number of tokens besides the 512 byte tokens and the start and end token.
    """
    bpe = Tokenizer(models.BPE(end_of_word_suffix=END_OF_WORD, continuing_subword_prefix=""))
    bpe.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=size + 256,
        min_frequency=2,
        end_of_word_suffix=END_OF_WORD,
        continuing_subword_prefix="",
        initial_alphabet=byte_symbols(),
        show_progress=False,
    )
    bpe.train_from_iterator(captions, trainer)
    merges = [_pair(merge) for merge in json.loads(bpe.to_str())["model"]["merges"]]
    symbols = byte_symbols()
    tokens = [*symbols, *(s + END_OF_WORD for s in symbols), *(a + b for a, b in merges), _START, _END]
    vocabulary = {token: index for index, token in enumerate(dict.fromkeys(tokens))}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=LENGTH)


def byte_symbols() -> list[str]:
    """Returns the printable character of each byte in byte-level BPE (GPT-2's table)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = (256 + index for index in range(256 - len(printable)))
    return [chr(byte if byte in printable else next(others)) for byte in [*printable, *_rest(printable)]]


def _rest(printable: list[int]) -> list[int]:
    return [byte for byte in range(256) if byte not in printable]


def _pair(merge: str | list[str]) -> tuple[str, str]:
    first, second = merge.split(" ") if isinstance(merge, str) else merge
    return first, second
