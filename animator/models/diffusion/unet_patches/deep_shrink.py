"""Applies `DeepShrink` to a U-Net while it generates.

Behind one of the input blocks the features are shrunk, after they were kept for the skip connection, and they
are enlarged before the output block that they meet that skip connection in. So all layers between work on a
smaller grid, of about the size that the model was trained at.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor
from torch.nn import functional

from animator.errors import ModelError
from animator.models.diffusion.tuning import DeepShrink


class DeepShrinkPatch:
    """Hooks on the layers around a U-Net's skip connection."""

    def __init__(self, unet: Any, settings: DeepShrink) -> None:
        """Hooks it in, switched off.

        Raises:
            ModelError: The U-Net has no input block of that number.
        """
        readers, writers, depths = _readers(unet), _writers(unet), _depths(unet)
        if not 0 <= settings.block < len(readers):
            raise ModelError(
                f"deep shrink: this model has no input block {settings.block}; expected 0 to "
                f"{len(readers) - 1}"
            )
        self._settings = settings
        self._multiple: int = 2 ** depths[settings.block]
        self._is_on = False
        self._size: tuple[int, int] | None = None
        self._handles = (
            readers[settings.block].register_forward_pre_hook(self._shrink),
            writers[settings.block].register_forward_hook(self._enlarge),
        )

    def at(self, progress: float) -> None:
        """Switches it on or off for a step; see `UNetPatch`."""
        self._is_on = self._settings.start <= progress < self._settings.end

    def remove(self) -> None:
        """Leaves the U-Net as it was."""
        for handle in self._handles:
            handle.remove()

    def _shrink(self, _module: Any, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if not self._is_on:
            self._size = None
            return None
        features, *others = args
        height, width = features.shape[-2:]
        self._size = height, width
        smaller = self._smaller(height), self._smaller(width)
        return _resized(features, smaller), *others

    def _enlarge(self, _module: Any, _args: tuple[Any, ...], output: Any) -> Any:
        if self._size is None:
            return None
        if isinstance(output, tuple):  # an attention layer
            return _resized(output[0], self._size), *output[1:]
        return _resized(output, self._size)

    def _smaller(self, side: int) -> int:
        """Returns a smaller side that the remaining downsamplings divide evenly."""
        multiple = self._multiple
        return min(side, max(multiple, round(side / self._settings.factor / multiple) * multiple))


def _resized(features: Tensor, size: tuple[int, int]) -> Tensor:
    if features.shape[-2:] == size:
        return features
    return functional.interpolate(features, size, mode="bicubic")


def _readers(unet: Any) -> Sequence[Any]:
    """Returns, for each input block, the layer that takes its output."""
    layers: list[Any] = []
    for block in unet.down_blocks:
        layers += [*block.resnets, *(block.downsamplers or ())]
    return [*layers, unet.mid_block.resnets[0]]


def _depths(unet: Any) -> Sequence[int]:
    """Returns, for each input block, how many downsamplings follow it."""
    counts: list[int] = []
    remaining = sum(len(block.downsamplers or ()) for block in unet.down_blocks)
    for block in unet.down_blocks:
        downsamplers = len(block.downsamplers or ())
        counts += [remaining] * (len(block.resnets) + downsamplers)
        remaining -= downsamplers
    return [*counts, remaining]


def _writers(unet: Any) -> Sequence[Any]:
    """Returns, for each input block, the layer whose output meets its skip connection."""
    layers: list[Any] = [unet.mid_block.resnets[-1]]
    for block in unet.up_blocks:
        attentions = getattr(block, "attentions", None) or [None] * len(block.resnets)
        for resnet, attention in zip(block.resnets, attentions, strict=True):
            layers.append(resnet if attention is None else attention)
        if block.upsamplers:
            layers[-1] = block.upsamplers[0]
    return layers[-2::-1]
