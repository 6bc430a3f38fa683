"""Lets a U-Net attend to images (Ye et al. 2023, IP-Adapter).

Each cross attention computes queries from the image's features, and keys and values from the text. An adapter
has further weights, which compute keys and values from the tokens of an image; what the same queries read
there is added to what they read in the text, before the layer's output projection.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

RowPrompt = tuple[Tensor, Tensor, Tensor | None] | None
"""What an adapter shows to the rows of a U-Net call: tokens (rows, T, width), weights (rows, 1, 1), and masks
(rows, 1, h, w) or None for everywhere. None for an adapter that does not act in the call."""
RowPrompts = Sequence[RowPrompt]
Show = Callable[[RowPrompts], None]
"""Sets what the next call of the U-Net attends to, by adapter."""
Layers = Sequence[tuple[nn.Linear, nn.Linear]]
"""An adapter's layers that make keys and values, by attention."""


def show_nothing(prompts: RowPrompts) -> None:
    """Stands for `Show` where there is no adapter."""


def cross_attentions(unet: Any) -> list[Any]:
    """Returns the cross attentions of a U-Net in the order in which adapters number them."""
    return [attention for _, attention in _placed_attentions(unet)]


@contextmanager
def attending(unet: Any, adapters: Sequence[Layers]) -> Iterator[Show]:
    """Yields a function that shows images to a U-Net, which attends to them within a `with` block.

    Args:
        unet: The U-Net.
        adapters: The layers of each adapter.
    """
    shown = _Shown()
    handles: list[Any] = []
    try:
        for number, (transformer, attention) in enumerate(_placed_attentions(unet) if adapters else ()):
            layer = _Layer(shown, attention.heads, [layers[number] for layers in adapters])
            handles.append(transformer.register_forward_pre_hook(layer.measure))
            handles.append(attention.to_q.register_forward_hook(layer.keep_queries))
            handles.append(attention.to_out[0].register_forward_pre_hook(layer.add))
        yield shown.show
    finally:
        for handle in handles:
            handle.remove()


def _placed_attentions(unet: Any) -> Iterator[tuple[Any, Any]]:
    """Yields each cross attention after the transformer around it: way down, way up, middle."""
    for part in (unet.down_blocks, unet.up_blocks, unet.mid_block):
        for transformer in part.modules():
            for block in getattr(transformer, "transformer_blocks", ()):
                yield transformer, block.attn2


class _Shown:
    """What the current call of the U-Net attends to."""

    def __init__(self) -> None:
        self.prompts: RowPrompts = ()

    def show(self, prompts: RowPrompts) -> None:
        self.prompts = prompts


class _Layer:
    """The hooks of one cross attention."""

    def __init__(self, shown: _Shown, heads: int, layers: Layers) -> None:
        self._shown = shown
        self._heads = heads
        self._layers = layers
        self._queries: Tensor | None = None
        self._size = (0, 0)

    def measure(self, _transformer: Any, args: tuple[Any, ...]) -> None:
        """Notes height and width of the features, which the attention sees as a row."""
        self._size = args[0].shape[-2:]

    def keep_queries(self, _layer: Any, _args: Any, queries: Tensor) -> None:
        """Keeps the queries for `add`."""
        self._queries = queries

    def add(self, _layer: Any, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Adds what the queries read in the images to what they read in the text."""
        read, queries = args[0], self._queries
        self._queries = None
        if queries is None:
            raise AssertionError("an attention computes its queries first")
        for prompt, (to_key, to_value) in zip(self._shown.prompts, self._layers, strict=True):
            if prompt is None:
                continue
            tokens, weights, masks = prompt
            made = (queries, to_key(tokens), to_value(tokens))
            found = attended(*(one.unflatten(-1, (self._heads, -1)) for one in made))
            if masks is not None:
                weights = weights * _at_size(masks, self._size)
            read = read + weights * found
        return (read, *args[1:])


def attended(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Returns what queries (N, P, heads, C) read in values of tokens (N, T, heads, C): (N, P, heads * C)."""
    query, key, value = (one.transpose(1, 2) for one in (queries, keys, values))
    return functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)


def _at_size(masks: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns masks (rows, 1, h, w) as a factor (rows, height * width, 1) of features of this size."""
    return functional.interpolate(masks, size, mode="bicubic").flatten(2).transpose(1, 2)
