"""`IPAdapters`: the IP-Adapters of one loaded checkpoint; each image is encoded once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.core.lru_cache import LRUCache
from animator.models.diffusion.autoencoder import Autoencoder
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.image_prompt import ImagePrompt
from animator.models.diffusion.ip_adapter.attention import Layers, RowPrompt
from animator.models.diffusion.ip_adapter.encoder import ImageEncoder, load_encoder
from animator.models.diffusion.ip_adapter.find import FoundAdapter, find_adapter
from animator.models.diffusion.ip_adapter.load import IPAdapter
from animator.models.diffusion.ip_adapter.name import AdapterName

KEPT = 6
"""Adapters in memory: as many as a film may use at once, and one more; as many encoders."""
IMAGES_KEPT = 64
"""Images whose tokens are kept, by adapter."""


@dataclass(frozen=True, eq=False)
class Embedded:
    """An image prompt whose images are encoded.

    Attributes:
        prompt: The prompt.
        tokens: Tokens of its images (1, T, width).
        negative: Tokens that rows of the negative prompt get instead (1, T, width).
        mask: (1, 1, h, w); None for everywhere.
    """

    prompt: ImagePrompt
    tokens: Tensor
    negative: Tensor
    mask: Tensor | None

    def for_rows(self, is_negative: Sequence[bool], progress: float) -> RowPrompt:
        """Returns what it shows to the rows of a U-Net call; None where it does not act.

        Args:
            is_negative: For each row, True for one of the negative prompt.
            progress: Fraction of the steps done before this one.
        """
        if not self.prompt.start <= progress < self.prompt.end:
            return None
        tokens = torch.cat([self.negative if is_no else self.tokens for is_no in is_negative])
        count = len(is_negative)
        weights = torch.full((count, 1, 1), self.prompt.weight, device=tokens.device, dtype=tokens.dtype)
        return tokens, weights, None if self.mask is None else self.mask.expand(count, -1, -1, -1)


@dataclass(frozen=True, eq=False)
class _Loaded:
    """An adapter with its encoder.

    Attributes:
        adapter: The adapter.
        encoder: Its encoder.
        tokens: By the id of an image, the image and its tokens; None for no image.
    """

    adapter: IPAdapter
    encoder: ImageEncoder
    tokens: LRUCache[int | None, tuple[Tensor | None, Tensor]]

    def tokens_of(self, image: Tensor | None) -> Tensor:
        """Returns the tokens (1, T, width) of an image, or what stands for none, as for negative prompts."""
        # By identity, for hashing the pixels would take longer; the cache keeps the image, so that nothing
        # else gets its id.
        key = None if image is None else id(image)
        return self.tokens.get(key, lambda: (image, self.adapter(self._read(image))))[1]

    def _read(self, image: Tensor | None) -> Tensor:
        """Returns what the encoder says of an image."""
        facts, encoder = self.adapter.facts, self.encoder
        if image is None and facts.negative_is_black:
            image = torch.zeros(3, 1, 1)
        if image is None and not facts.reads_layers:
            return torch.zeros(1, facts.encoder_width)
        pixels = encoder.no_pixels() if image is None else encoder.pixels(image)
        return encoder.layer(pixels) if facts.reads_layers else encoder.embedding(pixels)


class IPAdapters:
    """Loads and keeps the adapters of one network, and encodes images for them."""

    def __init__(
        self,
        network: Any,
        load: Callable[[FoundAdapter, Any], IPAdapter],
        autoencoder: Autoencoder,
        library: Library,
        *,
        encodes_on_cpu: bool,
    ) -> None:
        """Starts empty.

        Args:
            network: The network that attends to images.
            load: Loads an adapter for that network.
            autoencoder: Its VAE, which pads masks as it pads images.
            library: Finds adapters by name.
            encodes_on_cpu: Keep image encoders on the CPU, which saves memory of the device.
        """
        self._network = network
        self._load = load
        self._autoencoder = autoencoder
        self._library = library
        self._encodes_on_cpu = encodes_on_cpu
        self._loaded: LRUCache[AdapterName, _Loaded] = LRUCache(KEPT)
        self._encoders: LRUCache[Path, ImageEncoder] = LRUCache(KEPT)

    def load(self, names: Iterable[AdapterName]) -> None:
        """Loads adapters and their encoders.

        Raises:
            ModelError: One is missing, broken or made for another base.
        """
        for name in names:
            self._get(name)

    def to(self, device: torch.device) -> None:
        """Moves the adapters to a device, and their encoders unless those stay on the CPU."""
        for loaded in self._loaded.values():
            loaded.adapter.to(device)
            self._place(loaded.encoder, loaded.adapter.dtype)

    def layers(self, prompts: Iterable[ImagePrompt]) -> tuple[Layers, ...]:
        """Returns the layers of the prompts' adapters.

        Raises:
            ModelError: See `load`.
        """
        return tuple(self._get(prompt.adapter).adapter.layers for prompt in prompts)

    def embed(self, prompts: Iterable[ImagePrompt]) -> tuple[Embedded, ...]:
        """Returns image prompts with their images encoded.

        Raises:
            ModelError: See `load`.
        """
        return tuple(self._embed(prompt) for prompt in prompts)

    def _embed(self, prompt: ImagePrompt) -> Embedded:
        loaded, device = self._get(prompt.adapter), self._network.device
        tokens = torch.cat([loaded.tokens_of(image).to(device) for image in prompt.images], dim=1)
        negative = loaded.tokens_of(None).to(device).repeat(1, len(prompt.images), 1)
        mask = None if prompt.mask is None else self._autoencoder.pad(prompt.mask).to(tokens)
        return Embedded(prompt, tokens, negative, mask)

    def _place(self, encoder: ImageEncoder, dtype: torch.dtype) -> None:
        if self._encodes_on_cpu:
            encoder.to(torch.device("cpu"), torch.float32)
        else:
            encoder.to(self._network.device, dtype)

    def _get(self, name: AdapterName) -> _Loaded:
        def load() -> _Loaded:
            found = find_adapter(name, self._library)
            adapter = self._load(found, self._network)
            encoder = self._encoders.get(found.encoder, lambda: load_encoder(found.encoder))
            self._place(encoder, adapter.dtype)
            return _Loaded(adapter, encoder, LRUCache(IMAGES_KEPT))

        return self._loaded.get(name, load)
