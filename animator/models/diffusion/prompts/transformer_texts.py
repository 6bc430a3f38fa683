"""Encodes prompts for Stable Diffusion 3 and Flux with their pipelines' text encoders, each text once."""

from collections.abc import Hashable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.prompts.syntax import pieces, prompt_parts, split_and, split_loras
from animator.models.diffusion.request import GenerationRequest

TEXTS_KEPT = 64

Embeddings = Mapping[str, Tensor]


class TransformerPromptEncoder:
    """Encodes prompts for one loaded pipeline."""

    def __init__(self, pipeline: Any, encoder_device: torch.device, device: torch.device) -> None:
        """Starts with an empty cache.

        Args:
            pipeline: A diffusers pipeline with text encoders.
            encoder_device: Device of the text encoders.
            device: Device of the returned embeddings.
        """
        self._pipeline = pipeline
        self._encoder_device = encoder_device
        self._device = device
        self._cache: LRUCache[Hashable, Embeddings] = LRUCache(TEXTS_KEPT)

    def encode(self, request: GenerationRequest, encoders_state: Hashable) -> dict[str, Tensor]:
        """Returns the prompt embeddings as keyword arguments of the pipeline.

        While the prompt morphs, they are the weighted mean of both prompts.

        Args:
            request: The request.
            encoders_state: LoRA files merged into the text encoders.
        """
        total: dict[str, Tensor] = {}
        for positive, negative, weight in prompt_parts(request.prompt):
            texts = plain_text(positive), plain_text(negative)
            for name, tensor in self._encode(texts, request, encoders_state).items():
                total[name] = tensor * weight + total[name] if name in total else tensor * weight
        return total

    def _encode(self, texts: tuple[str, str], request: GenerationRequest, state: Hashable) -> Embeddings:
        is_guided = request.cfg_scale > 1
        if hasattr(self._pipeline, "text_encoder_3"):
            key = (*texts, is_guided, request.clip_skip, state)
            return self._cache.get(key, lambda: self._encode_sd3(texts, request.clip_skip))
        names = {"prompt_embeds": texts[0]}
        is_distilled = is_guidance_distilled(self._pipeline) and request.guidance.distilled is None
        if is_guided and texts[1] and not is_distilled:
            names["negative_prompt_embeds"] = texts[1]
        embeddings: dict[str, Tensor] = {}
        for name, text in names.items():
            encoded = self._cache.get((text, state), partial(self._encode_flux, text))
            embeddings |= {
                name: encoded["context"],
                name.replace("prompt_embeds", "pooled_prompt_embeds"): encoded["pooled"],
            }
        return embeddings

    def _encode_sd3(self, texts: tuple[str, str], clip_skip: int) -> Embeddings:
        positive, negative = texts
        embeddings = self._pipeline.encode_prompt(
            prompt=positive,
            prompt_2=None,
            prompt_3=None,
            negative_prompt=negative,
            device=self._encoder_device,
            clip_skip=clip_skip - 1 or None,
        )
        names = ("prompt_embeds", "negative_prompt_embeds")
        all_names = (*names, *(f"{name}".replace("prompt", "pooled_prompt") for name in names))
        return {name: tensor.to(self._device) for name, tensor in zip(all_names, embeddings, strict=True)}

    def _encode_flux(self, text: str) -> Embeddings:
        context, pooled, _ = self._pipeline.encode_prompt(prompt=text, device=self._encoder_device)
        return {"context": context.to(self._device), "pooled": pooled.to(self._device)}


def is_guidance_distilled(pipeline: Any) -> bool:
    """Returns True for guidance-distilled models, which take cfg_scale as an input."""
    return bool(getattr(pipeline.transformer.config, "guidance_embeds", False))


def plain_text(prompt: str) -> str:
    """Returns a prompt without tags, emphasis and AND, which these models do not support."""
    texts = [text for text, _ in split_and(split_loras(prompt)[0])]
    return " ".join(piece.text for text in texts for piece in pieces(text) if piece.text is not None)
