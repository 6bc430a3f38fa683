"""`PromptEncoder`: a request's texts -> what the U-Net is asked at every step; every text is encoded once."""

from collections.abc import Hashable, Mapping, Sequence

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.guidance import Guidance
from animator.models.diffusion.lora.apply import Weights
from animator.models.diffusion.prompts.editing import texts_by_step
from animator.models.diffusion.prompts.embedding_file import read_vectors
from animator.models.diffusion.prompts.encode import Conditioning, TextEncoders, blended
from animator.models.diffusion.prompts.syntax import split_and, split_loras
from animator.models.diffusion.request import GenerationRequest
from schedules import PromptFrame

TEXTS_KEPT = 256
Plan = tuple[tuple[str, str, float], ...]  # a step's texts: positive, negative, share of the step


class PromptEncoder:
    """The prompts of one loaded model."""

    def __init__(
        self, encoders: TextEncoders, library: Library, device: torch.device, dtype: torch.dtype
    ) -> None:
        """The prompts of a model.

        Args:
            encoders: Its text encoders.
            library: Where textual inversions and LoRA files are looked up.
            device: Where conditions go.
            dtype: What the U-Net computes in.
        """
        self._encoders = encoders
        self._library = library
        self._place = (device, dtype)
        self._conditions: LRUCache[tuple[str, int, Hashable], Conditioning] = LRUCache(TEXTS_KEPT)
        self._vectors: dict[str, tuple[Tensor, ...]] = {}

    def loras(self, prompt: PromptFrame) -> Weights:
        """The LoRA files that a prompt asks for; see `lora_weights`."""
        return lora_weights(prompt, self._library)

    def guidance(
        self, request: GenerationRequest, encoders_state: Hashable, *, scaled_model: bool = False
    ) -> Sequence[Guidance]:
        """What is asked: one guidance for all steps, or, where the prompt changes on the way, one per step.

        Args:
            request: The drawing.
            encoders_state: What LoRA files have made of the text encoders; texts are encoded once per state.
            scaled_model: Whether the model takes cfg_scale as an input.

        Raises:
            ModelError: A textual inversion does not fit, or clip_skip is too large.
        """
        steps = request.steps_run
        by_step = [
            (texts_by_step(split_loras(text)[0], steps), texts_by_step(split_loras(no)[0], steps), share)
            for text, no, share in parts(request.prompt)
        ]
        plans = [
            tuple((positive[step], negative[step], share) for positive, negative, share in by_step)
            for step in range(steps)
        ]
        if len(set(plans)) == 1:
            plans = plans[:1]
        make = self._scaled if scaled_model else self._guided
        made = {plan: make(plan, request, encoders_state) for plan in dict.fromkeys(plans)}
        return [made[plan] for plan in plans]

    def _guided(self, plan: Plan, request: GenerationRequest, state: Hashable) -> Guidance:
        negative, padding = self._negative(plan, request, state), self._condition("", request, state)
        return Guidance.of(self._positives(plan, request, state), negative, request.cfg_scale, padding)

    def _scaled(self, plan: Plan, request: GenerationRequest, state: Hashable) -> Guidance:
        is_asked = any(no.strip() for _, no, _ in plan)
        negative = self._negative(plan, request, state) if is_asked else None
        empty = self._condition("", request, state)
        return Guidance.for_guidance_distilled(
            self._positives(plan, request, state), negative, request.cfg_scale, empty
        )

    def _condition(
        self, text: str, request: GenerationRequest, state: Hashable, *, is_negative: bool = False
    ) -> Conditioning:
        found = self._conditions.get(
            (text, request.clip_skip, state), lambda: self._encode(text, request.clip_skip)
        )
        empty = is_negative and self._encoders.zero_when_empty and not text.strip()
        return _zeros(found) if empty else found

    def _negative(self, plan: Plan, request: GenerationRequest, state: Hashable) -> Conditioning:
        texts = [(" ".join(part for part, _ in split_and(no)), weight) for _, no, weight in plan]
        found = [(self._condition(text, request, state, is_negative=True), weight) for text, weight in texts]
        return blended(found, self._condition("", request, state))

    def _positives(
        self, plan: Plan, request: GenerationRequest, state: Hashable
    ) -> list[tuple[Conditioning, float]]:
        split = [split_and(text) for text, _, _ in plan]
        if all(len(part) == 1 for part in split):
            mixed = [
                (self._condition(part[0][0], request, state), share)
                for part, (_, _, share) in zip(split, plan, strict=True)
            ]
            weight = sum(part[0][1] * share for part, (_, _, share) in zip(split, plan, strict=True))
            return [(blended(mixed, self._condition("", request, state)), weight)]
        return [
            (self._condition(text, request, state), weight * share)
            for part, (_, _, share) in zip(split, plan, strict=True)
            for text, weight in part
        ]

    def _encode(self, text: str, clip_skip: int) -> Conditioning:
        condition = self._encoders.encode(text, self._inversions(text), clip_skip)
        device, dtype = self._place
        pooled = condition.pooled
        return Conditioning(
            condition.context.to(device, dtype), None if pooled is None else pooled.to(device, dtype)
        )

    def _inversions(self, text: str) -> Mapping[str, tuple[Tensor, ...]]:
        """The vectors of the textual inversions whose names occur in a text."""
        low = text.lower()
        names = [name for name in self._library.embeddings if name in low]
        for name in names:
            if name not in self._vectors:
                path = self._library.readable(self._library.embeddings[name])
                self._vectors[name] = read_vectors(path, self._encoders.widths)
        return {name: self._vectors[name] for name in names}


def lora_weights(prompt: PromptFrame, library: Library) -> Weights:
    """The LoRA files that a prompt asks for, with their weights; while it morphs, the weighted mean of both.

    Raises:
        ModelError: There is no such file.
    """
    totals: dict[str, tuple[float, float]] = {}
    for positive, negative, share in parts(prompt):
        for tag in (*split_loras(positive)[1], *split_loras(negative)[1]):
            text, image = totals.get(tag.name, (0.0, 0.0))
            totals[tag.name] = (text + share * tag.text_weight, image + share * tag.image_weight)
    return tuple((library.lora(name), *weights) for name, weights in sorted(totals.items()))


def parts(prompt: PromptFrame) -> Sequence[tuple[str, str, float]]:
    """The prompts of a frame (positive, negative, weight): one, or while it morphs two."""
    return prompt.blend or ((prompt.positive, prompt.negative, 1.0),)


def _zeros(condition: Conditioning) -> Conditioning:
    pooled = condition.pooled
    return Conditioning(
        torch.zeros_like(condition.context), None if pooled is None else torch.zeros_like(pooled)
    )
