"""IP-Adapters of Flux: each block's attention to texts and image reads tokens of other images, too.

The tokens go through the pipeline as it lets them, so that it gives each of its two prompts their own. What
the attention reads there is handed on in the way of diffusers' own attention with IP-Adapters.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.checkpoints.adapter_keys import common_name
from animator.models.diffusion.flow_matching.controlnets import mask_tokens
from animator.models.diffusion.flow_matching.precision import computing_dtype
from animator.models.diffusion.image_prompt import ImagePrompt
from animator.models.diffusion.ip_adapter.adapters import Embedded, IPAdapters
from animator.models.diffusion.ip_adapter.attention import Layers, attended
from animator.models.diffusion.ip_adapter.find import FoundAdapter
from animator.models.diffusion.ip_adapter.load import (
    LAYERS,
    PROJECTION,
    IPAdapter,
    below,
    does_not_fit,
    linear,
    load_projection,
)
from animator.models.weights import read_tensors

ARGUMENT = "ip_adapter_image_embeds"
"""The pipeline's argument that has tokens; with `negative_` before it, those of the negative prompt."""


def load_flow_adapter(found: FoundAdapter, transformer: Any) -> IPAdapter:
    """Loads an adapter in the precision and on the device of Flux's transformer.

    Args:
        found: The adapter.
        transformer: The transformer that will attend to images.

    Raises:
        ModelError: It is broken, or was made for another base.
    """
    from diffusers.loaders import FluxTransformer2DLoadersMixin

    dtype = computing_dtype(transformer)
    tensors = {common_name(name): tensor.to(dtype) for name, tensor in read_tensors(found.path).items()}
    layers = _layers(found, below(LAYERS, tensors), transformer)
    projection = load_projection(found, below(PROJECTION, tensors), FluxTransformer2DLoadersMixin)
    return IPAdapter(projection, layers, found.facts).to(transformer.device, dtype)


def _layers(found: FoundAdapter, state: Mapping[str, Tensor], transformer: Any) -> Layers:
    """Returns the layers of keys and values of each block that attends to texts."""
    config = transformer.config
    width, inner = config.joint_attention_dim, config.attention_head_dim * config.num_attention_heads

    def layer(name: str) -> nn.Linear:
        weight, bias = state.get(f"{name}.weight"), state.get(f"{name}.bias")
        if weight is None or bias is None or weight.shape != (inner, width) or bias.shape != (inner,):
            raise does_not_fit(found, name)
        return linear(weight, bias)

    blocks = range(len(transformer.transformer_blocks))
    return [(layer(f"{number}.to_k_ip"), layer(f"{number}.to_v_ip")) for number in blocks]


def arguments_of(shown: Sequence[Embedded], *, is_negative: bool = False) -> dict[str, Tensor]:
    """Returns the arguments of the pipeline that have the tokens of all adapters, one behind the other.

    Args:
        shown: The image prompts of a request.
        is_negative: Its only prompt is the negative one.
    """
    if not shown:
        return {}
    negative = torch.cat([one.negative for one in shown], dim=1)
    tokens = negative if is_negative else torch.cat([one.tokens for one in shown], dim=1)
    return {ARGUMENT: tokens, f"negative_{ARGUMENT}": negative}


@dataclass(frozen=True, eq=False)
class ShownAdapter:
    """An image prompt as the attention reads it.

    Attributes:
        embedded: Its prompt and tokens.
        layers: The adapter's layers.
        mask: Where it acts, for each token of the image (1, P, 1); None is everywhere.
    """

    embedded: Embedded
    layers: Layers
    mask: Tensor | None

    @property
    def tokens(self) -> int:
        """Number of its tokens."""
        return self.embedded.tokens.shape[1]

    def acts_at(self, progress: float) -> bool:
        """Returns True if it acts in a step, by the fraction of the steps done before it."""
        prompt = self.embedded.prompt
        return prompt.weight != 0 and prompt.start <= progress < prompt.end

    def read(self, block: int, queries: Tensor, tokens: Tensor) -> Tensor:
        """Returns what a block's queries (N, P, heads, C) read in its tokens (N, T, width): (N, P, inner)."""
        heads = queries.shape[2]
        key, value = (layer(tokens).unflatten(-1, (heads, -1)) for layer in self.layers[block])
        weight = self.embedded.prompt.weight
        return attended(queries, key, value) * (weight if self.mask is None else self.mask * weight)


def shown_by(
    adapters: IPAdapters, prompts: Sequence[ImagePrompt], vae: Autoencoder
) -> tuple[ShownAdapter, ...]:
    """Returns image prompts as the attention reads them; those without weight are left out.

    Args:
        adapters: The model's adapters.
        prompts: Those of a request.
        vae: The model's VAE, which pads masks.

    Raises:
        ModelError: An adapter is missing, broken or made for another base.
    """
    used = [prompt for prompt in prompts if prompt.weight]
    shown = []
    for embedded, layers in zip(adapters.embed(used), adapters.layers(used), strict=True):
        mask = embedded.prompt.mask
        tokens = None if mask is None else mask_tokens(mask, vae).to(embedded.tokens)
        shown.append(ShownAdapter(embedded, layers, tokens))
    return tuple(shown)


class Attending:
    """The adapters that act in the current step."""

    def __init__(self, shown: Sequence[ShownAdapter]) -> None:
        """Starts before the first step."""
        self._shown = tuple(shown)
        self._progress = 0.0

    def at(self, progress: float) -> None:
        """Goes to a step, by the fraction of the steps done before it."""
        self._progress = progress

    def read(self, block: int, queries: Tensor, tokens: Tensor) -> Tensor | None:
        """Returns what the queries (N, P, heads, C) of a block read; None where no adapter acts."""
        total: Tensor | None = None
        parts = tokens.split([one.tokens for one in self._shown], dim=1)
        for one, own in zip(self._shown, parts, strict=True):
            if one.acts_at(self._progress):
                found = one.read(block, queries, own)
                total = found if total is None else total + found
        return total


class _Block:
    """The hooks of one block's attention."""

    def __init__(self, number: int, attending: Attending) -> None:
        self._number, self._attending = number, attending
        self._queries: Tensor | None = None

    def keep_queries(self, _layer: Any, _args: Any, queries: Tensor) -> None:
        """Keeps the image's queries, before they know their places."""
        self._queries = queries

    def add(self, _attention: Any, _args: Any, given: Mapping[str, Any], outputs: tuple[Tensor, ...]) -> Any:
        """Returns the outputs, and as a third one what the queries read in the images, as diffusers' own."""
        queries, self._queries = self._queries, None
        if queries is None or "ip_hidden_states" not in given:
            return outputs
        # The pipeline repeats tokens for each of its latents, which here have their own: all are alike.
        tokens = given["ip_hidden_states"][0][: len(queries)]
        found = self._attending.read(self._number, queries, tokens)
        return outputs if found is None else (*outputs, found)


class _AsTheyAre(nn.Module):
    """Stands where diffusers projects images to tokens, which are projected already."""

    num_ip_adapters = 1

    def forward(self, tokens: list[Tensor]) -> list[Tensor]:
        return tokens


@contextmanager
def attending(transformer: Any, shown: Sequence[ShownAdapter]) -> Iterator[Attending]:
    """Yields what sets the current step, while a transformer attends to images within a `with` block.

    Args:
        transformer: Flux's.
        shown: The image prompts.
    """
    attends, handles = Attending(shown), []
    try:
        if shown:
            transformer.encoder_hid_proj = _AsTheyAre()
        for number, block in enumerate(transformer.transformer_blocks if shown else ()):
            hooks = _Block(number, attends)
            handles.append(block.attn.norm_q.register_forward_hook(hooks.keep_queries))
            handles.append(block.attn.register_forward_hook(hooks.add, with_kwargs=True))
        yield attends
    finally:
        for handle in handles:
            handle.remove()
        if shown:
            del transformer.encoder_hid_proj
