"""The prompts of Stable Diffusion 3 and Flux, by their pipelines' text encoders; each is encoded once."""

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.prompts.conditioning import parts
from animator.models.diffusion.prompts.syntax import pieces, split_and, split_loras
from animator.models.diffusion.request import GenerationRequest

TEXTS_KEPT = 64

Embeddings = Mapping[str, Tensor]


class TransformerTexts:
    """The prompts of one loaded pipeline."""

    def __init__(self, pipeline: Any, encoded_on: torch.device, device: torch.device) -> None:
        """The prompts of a pipeline.

        Args:
            pipeline: With text encoders.
            encoded_on: Where those are.
            device: Where what they say goes.
        """
        self._pipeline = pipeline
        self._encoded_on = encoded_on
        self._device = device
        self._known: LRUCache[Hashable, Embeddings] = LRUCache(TEXTS_KEPT)

    def of(self, request: GenerationRequest, encoders_state: Hashable) -> dict[str, Tensor]:
        """The pipeline's arguments for a request's texts; while the prompt morphs, the weighted mean of both.

        Args:
            request: The drawing.
            encoders_state: What LoRA files have made of the text encoders.
        """
        total: dict[str, Tensor] = {}
        for positive, negative, share in parts(request.prompt):
            texts = plain(positive), plain(negative)
            for name, tensor in self._encoded(texts, request, encoders_state).items():
                total[name] = tensor * share + total[name] if name in total else tensor * share
        return total

    def _encoded(self, texts: tuple[str, str], request: GenerationRequest, state: Hashable) -> Embeddings:
        is_guided = request.cfg_scale > 1
        if hasattr(self._pipeline, "text_encoder_3"):
            key = (*texts, is_guided, request.clip_skip, state)
            return self._known.get(key, lambda: self._stable_3(texts, request.clip_skip))
        names = {"prompt_embeds": texts[0]}
        if is_guided and texts[1] and not is_guidance_distilled(self._pipeline):
            names["negative_prompt_embeds"] = texts[1]
        found: dict[str, Tensor] = {}
        for name, text in names.items():
            known = self._known.get((text, state), partial(self._flux, text))
            found |= {
                name: known["context"],
                name.replace("prompt_embeds", "pooled_prompt_embeds"): known["pooled"],
            }
        return found

    def _stable_3(self, texts: tuple[str, str], clip_skip: int) -> Embeddings:
        positive, negative = texts
        found = self._pipeline.encode_prompt(
            prompt=positive,
            prompt_2=None,
            prompt_3=None,
            negative_prompt=negative,
            device=self._encoded_on,
            clip_skip=clip_skip - 1 or None,
        )
        names = ("prompt_embeds", "negative_prompt_embeds")
        all_names = (*names, *(f"{name}".replace("prompt", "pooled_prompt") for name in names))
        return {name: tensor.to(self._device) for name, tensor in zip(all_names, found, strict=True)}

    def _flux(self, text: str) -> Embeddings:
        context, pooled, _ = self._pipeline.encode_prompt(prompt=text, device=self._encoded_on)
        return {"context": context.to(self._device), "pooled": pooled.to(self._device)}


def is_guidance_distilled(pipeline: Any) -> bool:
    """True for distilled models, which take cfg_scale as an input and no negative prompt."""
    return bool(getattr(pipeline.transformer.config, "guidance_embeds", False))


def plain(prompt: str) -> str:
    """A prompt without tags, emphasis and AND, which these models do not know."""
    texts = [text for text, _ in split_and(split_loras(prompt)[0])]
    return " ".join(piece.text for text in texts for piece in pieces(text) if piece.text is not None)
