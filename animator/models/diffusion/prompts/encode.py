"""`TextEncoders`: encodes prompts as the U-Net's conditioning with the checkpoint's text encoders."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.errors import ModelError
from animator.images.side_stream import to_device
from animator.models.diffusion.prompts.tokens import CHUNK, Chunk, chunks


@dataclass(frozen=True, eq=False)
class Conditioning:
    """Embeddings of one prompt, the U-Net's input.

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
        tokenizer: transformers' CLIP tokenizer.
        model: transformers' CLIP text model, with or without projection.
        skips: Layer that the family uses, counted from the end: 1 is the last layer.
        is_normed: True if that layer's output goes through the final norm.
    """

    tokenizer: Any
    model: Any
    skips: int
    is_normed: bool

    @property
    def width(self) -> int:
        """Width of the token embeddings."""
        return int(self.model.config.hidden_size)

    def token_ids(self, text: str) -> list[int]:
        """Returns the token ids of a text, without special tokens and without parsing any in the text.

        OpenCLIP pads with "!"; an exclamation mark in the text is still an ordinary token.
        """
        encoding = self.tokenizer(text, add_special_tokens=False, split_special_tokens=True, verbose=False)
        return list(encoding.input_ids)

    def encode(
        self, parts: Sequence[Chunk], vectors: Mapping[str, Tensor], clip_skip: int
    ) -> tuple[Tensor, Tensor | None]:
        """Returns the tokens' vectors (1, 77 * chunks, width) and the first chunk's pooled one (1, width).

        Args:
            parts: The prompt's chunks.
            vectors: The vectors (count, width) of the textual inversions, by name.
            clip_skip: 1 uses the last layer, 2 the one before; at least the family's `skips`.

        Raises:
            ModelError: The encoder has fewer layers than clip_skip.
        """
        device = next(self.model.parameters()).device
        token_ids = to_device(torch.tensor([self._window(part) for part in parts]), device)
        with self._embeddings_replaced(parts, vectors):
            out = self.model(token_ids, output_hidden_states=True)
        hidden = self._layer(out, clip_skip).to(torch.float32)
        pooled = getattr(out, "text_embeds", None)
        hidden = _apply_emphasis(hidden, parts)
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

    def _window(self, part: Chunk) -> list[int]:
        """Returns the token ids of a chunk with start, end and padding."""
        start, end = self.tokenizer.bos_token_id, self.tokenizer.eos_token_id
        window = [start, *(token.token_id for token in part), end]
        return window + [self.tokenizer.pad_token_id] * (CHUNK + 2 - len(window))

    @contextmanager
    def _embeddings_replaced(self, parts: Sequence[Chunk], vectors: Mapping[str, Tensor]) -> Iterator[None]:
        """Replaces token embeddings by textual inversions while the text encoder runs."""
        replacements = [
            (row, column, vectors[token.embedding][token.row])
            for row, part in enumerate(parts)
            for column, token in enumerate(part, start=1)
            if token.embedding
        ]

        def replace(_module: object, _inputs: object, output: Tensor) -> Tensor:
            for row, column, vector in replacements:
                output[row, column] = vector.to(output)
            return output

        handle = self.model.get_input_embeddings().register_forward_hook(replace) if replacements else None
        try:
            yield
        finally:
            if handle is not None:
                handle.remove()


def _apply_emphasis(hidden: Tensor, parts: Sequence[Chunk]) -> Tensor:
    """Returns the vectors times their tokens' weights, each chunk's mean restored (A1111's emphasis)."""
    if all(token.weight == 1.0 for part in parts for token in part):
        return hidden
    weights = torch.ones(hidden.shape[:2])
    for row, part in enumerate(parts):
        for column, token in enumerate(part, start=1):
            weights[row, column] = token.weight
    weighted = hidden * to_device(weights, hidden.device)[:, :, None]
    changed = torch.tensor([any(token.weight != 1.0 for token in part) for part in parts])
    ratio = hidden.mean((1, 2), keepdim=True) / weighted.mean((1, 2), keepdim=True)
    return torch.where(to_device(changed, hidden.device)[:, None, None], weighted * ratio, hidden)


@dataclass(frozen=True, eq=False)
class TextEncoders:
    """All text encoders of a checkpoint.

    Attributes:
        encoders: One, or for SDXL two.
        zero_when_empty: True if an empty negative prompt is encoded as zeros (SDXL).
    """

    encoders: tuple[TextEncoder, ...]
    zero_when_empty: bool

    @property
    def widths(self) -> tuple[int, ...]:
        """Token embedding width of each encoder."""
        return tuple(encoder.width for encoder in self.encoders)

    @torch.no_grad()
    def encode(self, prompt: str, vectors: Mapping[str, Sequence[Tensor]], clip_skip: int) -> Conditioning:
        """Returns the conditioning of one prompt.

        Args:
            prompt: Text with emphasis and BREAK, without AND and tags.
            vectors: Vectors of the textual inversions in the prompt, one tensor per encoder, by name.
            clip_skip: See `TextEncoder.encode`.
        """
        return self.encode_to_train(prompt, vectors, clip_skip)

    def encode_to_train(
        self, prompt: str, vectors: Mapping[str, Sequence[Tensor]], clip_skip: int
    ) -> Conditioning:
        """Returns what `encode` does, with gradients for the encoders and the vectors that are trained."""
        counts = {name: len(tensors[0]) for name, tensors in vectors.items()}
        contexts, pooled = [], None
        for index, encoder in enumerate(self.encoders):
            parts = chunks(prompt, encoder.token_ids, counts)
            encoder_vectors = {name: tensors[index] for name, tensors in vectors.items()}
            context, encoder_pooled = encoder.encode(parts, encoder_vectors, clip_skip)
            contexts.append(context)
            pooled = encoder_pooled if encoder_pooled is not None else pooled
        return Conditioning(torch.cat(contexts, dim=-1), pooled)


def blend(conditionings: Sequence[tuple[Conditioning, float]], padding: Conditioning) -> Conditioning:
    """Returns the weighted mean of conditionings.

    Args:
        conditionings: Conditionings with weights, which need not add up to 1.
        padding: Conditioning of the empty prompt, which pads the shorter ones.
    """
    total = sum(weight for _, weight in conditionings) or 1.0
    longest = max(conditioning.context.shape[1] for conditioning, _ in conditionings)
    context: Tensor | float = 0.0
    pooled: Tensor | None = None
    for conditioning, weight in conditionings:
        fraction = weight / total
        context = context + pad_context(conditioning, longest, padding).context * fraction
        if conditioning.pooled is not None:
            pooled = conditioning.pooled * fraction + (0.0 if pooled is None else pooled)
    return Conditioning(torch.as_tensor(context), pooled)


def pad_context(conditioning: Conditioning, length: int, padding: Conditioning) -> Conditioning:
    """Returns the conditioning padded with chunks of the empty prompt to `length` tokens."""
    missing = (length - conditioning.context.shape[1]) // padding.context.shape[1]
    if missing <= 0:
        return conditioning
    return Conditioning(
        torch.cat([conditioning.context, *[padding.context] * missing], dim=1), conditioning.pooled
    )
