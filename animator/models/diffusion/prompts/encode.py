"""Prompts -> what the U-Net is conditioned on, by the checkpoint's own text encoders."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.prompts.tokens import CHUNK, Chunk, chunks


@dataclass(frozen=True, eq=False)
class Conditioning:
    """What one prompt means to the U-Net.

    Attributes:
        context: One vector per token (1, 77 * chunks, width).
        pooled: One vector for the whole prompt (1, width); None for families without.
    """

    context: Tensor
    pooled: Tensor | None


@dataclass(frozen=True, eq=False)
class TextEncoder:
    """One text encoder with its tokenizer.

    Attributes:
        tokenizer: Text to vocabulary indices.
        model: transformers' CLIP text model, with or without projection.
        skips: How many layers from the end the family reads: 1 is the last layer.
        is_normed: True where what is read goes through the final norm.
    """

    tokenizer: Any
    model: Any
    skips: int
    is_normed: bool

    @property
    def width(self) -> int:
        """Width of the word vectors."""
        return int(self.model.config.hidden_size)

    def words(self, text: str) -> list[int]:
        """The vocabulary indices of a text, nothing added at the ends, and no mark read in it.

        OpenCLIP pads with "!"; a text's own exclamation mark is none the less a word.
        """
        found = self.tokenizer(text, add_special_tokens=False, split_special_tokens=True, verbose=False)
        return list(found.input_ids)

    def encode(
        self, parts: Sequence[Chunk], vectors: Mapping[str, Tensor], clip_skip: int
    ) -> tuple[Tensor, Tensor | None]:
        """The vectors of every token (1, 77 * chunks, width) and of the first chunk as a whole (1, width).

        Args:
            parts: The prompt's chunks.
            vectors: The vectors (count, width) of the textual inversions, by name.
            clip_skip: 1 reads the last layer, 2 the one before, and so on; never above what the family reads.

        Raises:
            ModelError: There are not so many layers.
        """
        device = next(self.model.parameters()).device
        numbers = torch.tensor([self._numbers(part) for part in parts], device=device)
        with self._replaced(parts, vectors):
            out = self.model(numbers, output_hidden_states=True)
        hidden = self._layer(out, clip_skip).to(torch.float32)
        pooled = getattr(out, "text_embeds", None)
        hidden = _emphasised(hidden, parts)
        return hidden.flatten(0, 1)[None], None if pooled is None else pooled[:1].to(torch.float32)

    def _layer(self, out: Any, clip_skip: int) -> Tensor:
        layer = max(self.skips, clip_skip)
        layers = len(out.hidden_states) - 1
        if layer > layers:
            raise ModelError(f"clip_skip {clip_skip}: this model's text encoder has {layers} layers")
        if layer == 1 and self.is_normed:
            return torch.as_tensor(out.last_hidden_state)
        hidden = out.hidden_states[-layer]
        inner = getattr(self.model, "text_model", self.model)
        return torch.as_tensor(inner.final_layer_norm(hidden) if self.is_normed else hidden)

    def _numbers(self, part: Chunk) -> list[int]:
        """The window of a chunk: start, tokens, end, padding."""
        start, end = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        window = [start, *(token.number for token in part), end]
        return window + [self.tokenizer.pad_token_id] * (CHUNK + 2 - len(window))

    @contextmanager
    def _replaced(self, parts: Sequence[Chunk], vectors: Mapping[str, Tensor]) -> Iterator[None]:
        """The word vectors of textual inversions, in place while the text encoder runs."""
        places = [
            (row, column, vectors[token.embedding][token.row])
            for row, part in enumerate(parts)
            for column, token in enumerate(part, start=1)
            if token.embedding
        ]

        def replace(_module: object, _inputs: object, output: Tensor) -> Tensor:
            for row, column, vector in places:
                output[row, column] = vector.to(output)
            return output

        handle = self.model.get_input_embeddings().register_forward_hook(replace) if places else None
        try:
            yield
        finally:
            if handle is not None:
                handle.remove()


def _emphasised(hidden: Tensor, parts: Sequence[Chunk]) -> Tensor:
    """The vectors times their tokens' weights, each chunk's mean put back (A1111's emphasis)."""
    if all(token.weight == 1.0 for part in parts for token in part):
        return hidden
    weights = torch.ones(hidden.shape[:2])
    for row, part in enumerate(parts):
        for column, token in enumerate(part, start=1):
            weights[row, column] = token.weight
    weighted = hidden * weights.to(hidden.device)[:, :, None]
    changed = torch.tensor([any(token.weight != 1.0 for token in part) for part in parts])
    ratio = hidden.mean((1, 2), keepdim=True) / weighted.mean((1, 2), keepdim=True)
    return torch.where(changed.to(hidden.device)[:, None, None], weighted * ratio, hidden)


@dataclass(frozen=True, eq=False)
class TextEncoders:
    """All text encoders of a checkpoint.

    Attributes:
        encoders: One, or for SDXL two.
        zero_when_empty: An empty negative prompt is all zeros (SDXL).
    """

    encoders: tuple[TextEncoder, ...]
    zero_when_empty: bool

    @property
    def widths(self) -> tuple[int, ...]:
        """Width of the word vectors of each encoder."""
        return tuple(encoder.width for encoder in self.encoders)

    @torch.no_grad()
    def encode(self, prompt: str, vectors: Mapping[str, Sequence[Tensor]], clip_skip: int) -> Conditioning:
        """The condition of one prompt: no AND, no tags.

        Args:
            prompt: Text with emphasis and BREAK.
            vectors: The vectors of the textual inversions that may occur, one tensor per encoder, by name.
            clip_skip: See `TextEncoder.encode`.
        """
        counts = {name: len(own[0]) for name, own in vectors.items()}
        contexts, pooled = [], None
        for index, encoder in enumerate(self.encoders):
            parts = chunks(prompt, encoder.words, counts)
            own = {name: tensors[index] for name, tensors in vectors.items()}
            context, whole = encoder.encode(parts, own, clip_skip)
            contexts.append(context)
            pooled = whole if whole is not None else pooled
        return Conditioning(torch.cat(contexts, dim=-1), pooled)


def blended(conditions: Sequence[tuple[Conditioning, float]], padding: Conditioning) -> Conditioning:
    """The weighted mean of conditions.

    Args:
        conditions: Conditions with weights, which need not add up to 1.
        padding: The condition of the empty prompt, which lengthens the shorter ones.
    """
    total = sum(weight for _, weight in conditions) or 1.0
    longest = max(condition.context.shape[1] for condition, _ in conditions)
    context: Tensor | float = 0.0
    pooled: Tensor | None = None
    for condition, weight in conditions:
        share = weight / total
        context = context + lengthened(condition, longest, padding).context * share
        if condition.pooled is not None:
            pooled = condition.pooled * share + (0.0 if pooled is None else pooled)
    return Conditioning(torch.as_tensor(context), pooled)


def lengthened(condition: Conditioning, length: int, padding: Conditioning) -> Conditioning:
    """The condition with chunks of the empty prompt behind it, `length` tokens in all."""
    missing = (length - condition.context.shape[1]) // padding.context.shape[1]
    if missing <= 0:
        return condition
    return Conditioning(torch.cat([condition.context, *[padding.context] * missing], dim=1), condition.pooled)
