"""`PackedLinear`: a layer whose weights stay in memory as their file has them: fp8, or GGUF's blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from animator.models.diffusion.checkpoints.gguf_header import BlockType

Change = Callable[[Tensor], Tensor]
"""Returns changed weights for weights, float32; see `PackedLinear.change`."""


class Packing(Protocol):
    """How weights are packed."""

    def unpack(self, data: Tensor) -> Tensor:
        """Returns the weights of bytes (..., bytes of a row), as float32."""


@dataclass(frozen=True)
class Float8:
    """Numbers of 8 bits.

    Attributes:
        dtype: float8_e4m3fn or float8_e5m2.
    """

    dtype: torch.dtype

    def unpack(self, data: Tensor) -> Tensor:
        """Returns the weights; see `Packing`."""
        return data.view(self.dtype).to(torch.float32)


@dataclass(frozen=True)
class Blocks:
    """GGUF's blocks of numbers with common scales; made by `blocks_of`.

    Attributes:
        kind: Their type.
        function: Unpacks the bytes (blocks, bytes of a block) of blocks.
    """

    kind: BlockType
    function: Callable[[Tensor, int, int, torch.dtype], Tensor]

    def unpack(self, data: Tensor) -> Tensor:
        """Returns the weights; see `Packing`."""
        blocks = data.reshape(-1, self.kind.bytes)
        numbers = self.function(blocks, self.kind.numbers, self.kind.bytes, torch.float32)
        return numbers.reshape(*data.shape[:-1], -1).to(torch.float32)


def blocks_of(kind: BlockType) -> Blocks:
    """Returns how blocks of a type are unpacked. Needs the package gguf."""
    from diffusers.quantizers.gguf.utils import dequantize_functions

    return Blocks(
        kind, next(function for type_, function in dequantize_functions.items() if type_ == kind.number)
    )


@dataclass(frozen=True, eq=False)
class Stored:
    """A tensor of a file.

    Attributes:
        data: Its numbers, or the bytes (..., bytes of a row) of packed ones.
        packing: How they are packed; None for numbers.
        scale: Factor of packed numbers: one for all, or one for each row; None for 1.
    """

    data: Tensor
    packing: Packing | None = None
    scale: Tensor | None = None

    @property
    def rows(self) -> int:
        """Number of its rows; 1 for a single number."""
        return self.data.shape[0] if self.data.ndim else 1

    def part(self, first: int, count: int) -> "Stored":
        """Returns some of its rows."""
        scale = self.scale
        if scale is not None and scale.numel() > 1:
            scale = scale[first : first + count]
        return Stored(self.data[first : first + count], self.packing, scale)

    def swapped(self) -> "Stored":
        """Returns it with its second half of rows first."""
        scale = self.scale
        if scale is not None and scale.numel() > 1:
            scale = torch.cat(scale.chunk(2)[::-1])
        return Stored(torch.cat(self.data.chunk(2)[::-1]), self.packing, scale)

    def numbers(self) -> Tensor:
        """Returns its numbers, unpacked ones as float32."""
        if self.packing is None:
            return self.data
        numbers = self.packing.unpack(self.data)
        if self.scale is None:
            return numbers
        scale = self.scale.reshape(-1, *(1,) * (numbers.ndim - 1)) if self.scale.numel() > 1 else self.scale
        return numbers * scale.to(numbers.device, torch.float32)


class PackedLinear(nn.Module):
    """A linear layer that unpacks its weights for each call.

    Attributes:
        change: What LoRA files make of the weights; None for nothing.
    """

    change: Change | None = None

    def __init__(
        self, stored: Stored, shape: tuple[int, int], bias: Tensor | None, dtype: torch.dtype
    ) -> None:
        """Takes over packed weights.

        Args:
            stored: The weights.
            shape: Their shape.
            bias: The layer's bias, if it has one.
            dtype: What the layer computes in.
        """
        super().__init__()
        if stored.packing is None:
            raise AssertionError("these weights are not packed")
        self.packing = stored.packing
        self.out_features, self.in_features = shape
        self.packed: Tensor
        self.scale: Tensor | None
        self.register_buffer("packed", stored.data.clone(memory_format=torch.contiguous_format))
        self.register_buffer("scale", stored.scale)
        self.bias = None if bias is None else nn.Parameter(bias.to(dtype), requires_grad=False)
        self._dtype = dtype

    @property
    def weight(self) -> Tensor:
        """Shape and type of the weights alone, which networks ask for: it has no numbers."""
        return torch.empty((self.out_features, self.in_features), dtype=self._dtype, device="meta")

    @property
    def qweight(self) -> Tensor:
        """The bytes, under the name by which peft finds the device of a layer without plain weights."""
        return self.packed

    def unpacked(self) -> Tensor:
        """Returns the weights with what changes them, as float32."""
        weight = Stored(self.packed, self.packing, self.scale).numbers()
        return weight if self.change is None else self.change(weight)

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the layer's output; for its gradients, weights are unpacked again and not kept."""
        if torch.is_grad_enabled() and inputs.requires_grad:
            return torch.as_tensor(_Kept.apply(inputs, self))  # type: ignore[no-untyped-call]  # as in torch
        return nn.functional.linear(inputs, self.unpacked().to(inputs.dtype), self.bias)


class _Kept(torch.autograd.Function):
    """A packed layer as a function of its inputs, whose weights do not change."""

    @staticmethod
    def forward(context: Any, inputs: Tensor, layer: PackedLinear) -> Tensor:
        """Returns the layer's output."""
        context.layer, context.dtype = layer, inputs.dtype
        return nn.functional.linear(inputs, layer.unpacked().to(inputs.dtype), layer.bias)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """Returns the gradient of the inputs."""
        (gradient,) = gradients
        weight = context.layer.unpacked().to(gradient.dtype)
        return (gradient @ weight).to(context.dtype), None
