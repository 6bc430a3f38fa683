"""`PromptEncoder`: encodes a request's prompts as the guidance of every step; each text is encoded once."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.guidance import Guidance
from animator.models.diffusion.lora.apply import Weights
from animator.models.diffusion.prompts.by_step import StepPrompts, prompts_by_step
from animator.models.diffusion.prompts.embedding_file import read_vectors
from animator.models.diffusion.prompts.encode import Conditioning, TextEncoders, blend
from animator.models.diffusion.prompts.syntax import hypernet_tags, prompt_parts, split_and, split_loras
from animator.models.diffusion.request import GenerationRequest, input_scale
from schedules import PromptFrame

TEXTS_KEPT = 256
Strengths = tuple[tuple[Path, float], ...]
"""Hypernetwork files with their strengths, in the order of the prompt."""


@dataclass(frozen=True)
class Takes:
    """What a model takes as an input besides the prompts.

    Attributes:
        scale: True for a guidance-distilled model, which takes the guidance scale.
        image: True for an InstructPix2Pix model, which takes the image to edit.
    """

    scale: bool = False
    image: bool = False


class PromptEncoder:
    """Encodes prompts for one loaded model."""

    def __init__(
        self, encoders: TextEncoders, library: Library, device: torch.device, dtype: torch.dtype
    ) -> None:
        """Starts with an empty cache.

        Args:
            encoders: The model's text encoders.
            library: Finds textual inversions and LoRA files by name.
            device: Device of the U-Net.
            dtype: Precision of the U-Net.
        """
        self._encoders = encoders
        self._library = library
        self._device, self._dtype = device, dtype
        self._cache: LRUCache[tuple[str, int, Hashable], Conditioning] = LRUCache(TEXTS_KEPT)
        self._vectors: dict[str, tuple[Tensor, ...]] = {}

    def loras(self, prompt: PromptFrame) -> Weights:
        """Returns the LoRA files of a prompt; see `lora_weights`."""
        return lora_weights(prompt, self._library)

    def hypernetworks(self, prompt: PromptFrame) -> Strengths:
        """Returns the hypernetwork files of a prompt; see `hypernetwork_strengths`."""
        return hypernetwork_strengths(prompt, self._library)

    def guidance(
        self, request: GenerationRequest, encoders_state: Hashable, takes: Takes = Takes()
    ) -> Sequence[Guidance]:
        """Returns one guidance for all steps, or one per step if prompt editing changes the prompt.

        Args:
            request: The request.
            encoders_state: LoRA files merged into the text encoders; texts are encoded once per state.
            takes: What else the model takes as an input.

        Raises:
            ModelError: A textual inversion does not fit the model, or clip_skip is too large.
        """
        by_step = prompts_by_step(request.prompt, request.steps_run)
        encode = self._distilled_guidance if takes.scale else partial(self._guidance, takes_image=takes.image)
        encoded = {step: encode(step, request, encoders_state) for step in dict.fromkeys(by_step)}
        return [encoded[step] for step in by_step]

    def _guidance(
        self, prompts: StepPrompts, request: GenerationRequest, state: Hashable, *, takes_image: bool
    ) -> Guidance:
        negative, padding = self._negative(prompts, request, state), self._conditioning("", request, state)
        tuning = request.guidance
        image = tuning.image if takes_image and tuning.image != 1.0 else None
        guidance = Guidance.of(
            self._positives(prompts, request, state),
            negative,
            request.cfg_scale,
            padding,
            keep_negative=image is not None,
        )
        guidance = replace(guidance, rescale=tuning.rescale)
        return guidance if image is None else guidance.by_image(image)

    def _distilled_guidance(
        self, prompts: StepPrompts, request: GenerationRequest, state: Hashable
    ) -> Guidance:
        has_negative = any(no.strip() for _, no, _ in prompts)
        negative = self._negative(prompts, request, state) if has_negative else None
        empty = self._conditioning("", request, state)
        return Guidance.for_guidance_distilled(
            self._positives(prompts, request, state), negative, input_scale(request), empty
        )

    def _conditioning(
        self, text: str, request: GenerationRequest, state: Hashable, *, is_negative: bool = False
    ) -> Conditioning:
        conditioning = self._cache.get(
            (text, request.clip_skip, state), lambda: self._encode(text, request.clip_skip)
        )
        empty = is_negative and self._encoders.zero_when_empty and not text.strip()
        return _zeros_like(conditioning) if empty else conditioning

    def _negative(self, prompts: StepPrompts, request: GenerationRequest, state: Hashable) -> Conditioning:
        texts = [(" ".join(part for part, _ in split_and(no)), weight) for _, no, weight in prompts]
        encoded = [
            (self._conditioning(text, request, state, is_negative=True), weight) for text, weight in texts
        ]
        return blend(encoded, self._conditioning("", request, state))

    def _positives(
        self, prompts: StepPrompts, request: GenerationRequest, state: Hashable
    ) -> list[tuple[Conditioning, float]]:
        split = [split_and(text) for text, _, _ in prompts]
        if all(len(part) == 1 for part in split):
            mixed = [
                (self._conditioning(part[0][0], request, state), share)
                for part, (_, _, share) in zip(split, prompts, strict=True)
            ]
            weight = sum(part[0][1] * share for part, (_, _, share) in zip(split, prompts, strict=True))
            return [(blend(mixed, self._conditioning("", request, state)), weight)]
        return [
            (self._conditioning(text, request, state), weight * share)
            for part, (_, _, share) in zip(split, prompts, strict=True)
            for text, weight in part
        ]

    def _encode(self, text: str, clip_skip: int) -> Conditioning:
        conditioning = self._encoders.encode(text, self._inversions(text), clip_skip)
        pooled = conditioning.pooled
        return Conditioning(
            conditioning.context.to(self._device, self._dtype),
            None if pooled is None else pooled.to(self._device, self._dtype),
        )

    def _inversions(self, text: str) -> Mapping[str, tuple[Tensor, ...]]:
        """Returns the vectors of the textual inversions whose names occur in a text."""
        lower = text.lower()
        names = [name for name in self._library.embeddings if name in lower]
        for name in names:
            if name not in self._vectors:
                path = self._library.embeddings[name]
                self._vectors[name] = read_vectors(path, self._encoders.widths)
        return {name: self._vectors[name] for name in names}


def lora_weights(prompt: PromptFrame, library: Library) -> Weights:
    """Returns the LoRA files of a prompt with their weights; between two prompts, their weighted mean.

    Raises:
        ModelError: A file was not found.
    """
    totals: dict[str, tuple[float, float]] = {}
    for positive, negative, weight in prompt_parts(prompt):
        for tag in (*split_loras(positive)[1], *split_loras(negative)[1]):
            text, unet = totals.get(tag.name, (0.0, 0.0))
            totals[tag.name] = (text + weight * tag.text_weight, unet + weight * tag.image_weight)
    return tuple((library.lora(name), *weights) for name, weights in sorted(totals.items()))


def hypernetwork_strengths(prompt: PromptFrame, library: Library) -> Strengths:
    """Returns the hypernetwork files of a prompt; between two prompts, with their weighted mean strengths.

    Raises:
        ModelError: A file was not found.
    """
    totals: dict[str, float] = {}
    for positive, negative, weight in prompt_parts(prompt):
        for tag in (*hypernet_tags(positive), *hypernet_tags(negative)):
            totals[tag.name] = totals.get(tag.name, 0.0) + weight * tag.strength
    return tuple((library.hypernetwork(name), strength) for name, strength in totals.items() if strength)


def _zeros_like(conditioning: Conditioning) -> Conditioning:
    pooled = conditioning.pooled
    return Conditioning(
        torch.zeros_like(conditioning.context), None if pooled is None else torch.zeros_like(pooled)
    )
