"""`FlowTexts`: encodes prompts with a flow-matching pipeline's own text encoders, each text once."""

import inspect
from collections.abc import Hashable, Mapping
from functools import cached_property, partial
from typing import Any

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.checkpoints.flow_families import FlowFamily
from animator.models.diffusion.pipeline_parts import encoders_on

TEXTS_KEPT = 64
TEXT_PARTS = ("text_encoder", "text_encoder_2", "text_encoder_3")
"""Names of the text encoders among the components of a pipeline."""

Embeddings = Mapping[str, Any]
"""Arguments of a pipeline that carry a text: tensors, or lists of them."""


class FlowTexts:
    """Encodes prompts for one loaded pipeline."""

    def __init__(
        self, family: FlowFamily, pipeline: Any, encoder_device: torch.device, device: torch.device
    ) -> None:
        """Starts with an empty cache.

        Args:
            family: The pipeline's family.
            pipeline: A diffusers pipeline with text encoders.
            encoder_device: Device on which texts are encoded; between texts their encoders are on the CPU.
            device: Device of the returned embeddings.
        """
        self._family = family
        self._pipeline = pipeline
        self._encoder_device = encoder_device
        self._device = device
        self._cache: LRUCache[Hashable, Embeddings] = LRUCache(TEXTS_KEPT)

    def encode(self, text: str, negative: str | None, clip_skip: int, state: Hashable) -> dict[str, Any]:
        """Returns a prompt and its negative prompt as arguments of the pipeline.

        Args:
            text: Plain text of the prompt.
            negative: Plain text of the negative prompt; None for no guidance between prompts.
            clip_skip: 1 uses a CLIP encoder's last layer, 2 the one before it.
            state: LoRA files merged into the text encoders.
        """
        if self._family.encodes_both:
            key = (text, negative, clip_skip, state)
            return dict(self._cache.get(key, lambda: self._encode_both(text, negative, clip_skip)))
        encoded = dict(self._encode_one(text, state))
        if negative is not None:
            encoded |= {
                f"negative_{name}": value for name, value in self._encode_one(negative, state).items()
            }
        return encoded

    def _encode_one(self, text: str, state: Hashable) -> Embeddings:
        return self._cache.get((text, state), partial(self._call, prompt=text))

    def _encode_both(self, text: str, negative: str | None, clip_skip: int) -> Embeddings:
        options: dict[str, Any] = {"negative_prompt": negative or ""}
        if "clip_skip" in self._takes:
            options["clip_skip"] = clip_skip - 1 or None
        return self._call(prompt=text, do_classifier_free_guidance=negative is not None, **options)

    @torch.no_grad()
    def _call(self, **arguments: Any) -> Embeddings:
        with encoders_on(self._pipeline, TEXT_PARTS, self._encoder_device):
            encoded = self._pipeline.encode_prompt(**self._defaults, **arguments, device=self._encoder_device)
        named = zip(self._family.texts, encoded, strict=True)
        return {name: _on(value, self._device) for name, value in named if name and not _is_missing(value)}

    @cached_property
    def _takes(self) -> frozenset[str]:
        return frozenset(inspect.signature(self._pipeline.encode_prompt).parameters)

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        """What the pipeline itself passes on to `encode_prompt`, where that has other defaults."""
        call = inspect.signature(type(self._pipeline).__call__).parameters
        own = {"prompt", "prompt_2", "prompt_3", "negative_prompt", "clip_skip", "num_images_per_prompt"}
        required = {name: None for name in ("prompt_2", "prompt_3") if name in self._takes}
        return required | {
            name: call[name].default
            for name in self._takes - own
            if name in call and "embeds" not in name and "mask" not in name
        }


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, list) and not value)


def _on(value: Any, device: torch.device) -> Any:
    """Returns an embedding, or a list of them, on a device."""
    if isinstance(value, Tensor):
        return value.to(device)
    return [part.to(device) for part in value]
