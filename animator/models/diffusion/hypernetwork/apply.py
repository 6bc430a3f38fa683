"""Applies hypernetworks to a U-Net while it generates.

Each attention layer computes keys and values from the same input: the text in cross attention, the image's
own features in self attention. A hypernetwork has a network for keys and one for values for each width of
such an input, and adds its output to what the layer sees.
"""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.identify import FAMILY_NAMES, family_of_width
from animator.models.diffusion.hypernetwork.load import Hypernetwork, Residual

_KEYS_AND_VALUES = ("to_k", "to_v")


class HypernetworkPatch:
    """Hooks on the layers that compute a U-Net's keys and values."""

    def __init__(self, unet: Any, hypernetworks: Sequence[tuple[Hypernetwork, float]]) -> None:
        """Hooks the networks in.

        Args:
            unet: diffusers' U-Net.
            hypernetworks: Hypernetworks with their strengths; each sees what those before it have changed.

        Raises:
            ModelError: One was made for another base model.
        """
        for hypernetwork, _ in hypernetworks:
            _check(hypernetwork, int(unet.config.cross_attention_dim))
        self._handles: list[Any] = []
        weight = next(unet.parameters())
        on_device = [
            ({width: [part.like(weight) for part in pair] for width, pair in net.networks.items()}, strength)
            for net, strength in hypernetworks
        ]
        for path, layer in unet.named_modules():
            name = path.rpartition(".")[2]
            if name not in _KEYS_AND_VALUES or ".attn" not in path:
                continue
            which = _KEYS_AND_VALUES.index(name)
            residuals = [
                (networks[layer.in_features][which], strength)
                for networks, strength in on_device
                if layer.in_features in networks
            ]
            if residuals:
                self._handles.append(layer.register_forward_pre_hook(_Changed(residuals)))

    def at(self, progress: float) -> None:
        """Changes nothing: hypernetworks act in all steps."""

    def remove(self) -> None:
        """Leaves the U-Net as it was."""
        for handle in self._handles:
            handle.remove()


class _Changed:
    """Hook that changes the input of a layer."""

    def __init__(self, residuals: Sequence[tuple[Residual, float]]) -> None:
        self._residuals = residuals

    def __call__(self, _layer: Any, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        x, *others = args
        for residual, strength in self._residuals:
            x = x + residual(x) * strength
        return (x, *others)


def _check(hypernetwork: Hypernetwork, text_width: int) -> None:
    """Checks that a hypernetwork was made for texts of this width, or for no texts.

    Raises:
        ModelError: It was made for those of another base model.
    """
    families = {family for width in hypernetwork.networks if (family := family_of_width(width))}
    own = family_of_width(text_width)
    if text_width in hypernetwork.networks or not families - {own, "sdxl-refiner"}:
        return
    made_for = " or ".join(FAMILY_NAMES[family] for family in sorted(families - {"sdxl-refiner"}))
    raise ModelError(
        f"{hypernetwork.path}: this hypernetwork was made for {made_for}, but the model's texts have width "
        f"{text_width}. Use a hypernetwork and a model of one base"
    )
