"""`ImagePrompt`: images that a generation follows besides its texts, by an IP-Adapter."""

from dataclasses import dataclass

from torch import Tensor

from animator.models.diffusion.ip_adapter.name import AdapterName


@dataclass(frozen=True, eq=False)
class ImagePrompt:
    """One IP-Adapter of a request.

    Attributes:
        adapter: The adapter.
        images: (3, h, w), RGB in [0, 1], of any sizes; the generation attends to all of them at once. An
            image that is the same object as in an earlier request is not encoded again.
        weight: Factor of what is read from the images.
        start: Fraction of the steps that run at which it begins.
        end: Fraction of the steps that run at which it ends.
        mask: (1, H, W), of the request's size: how much each place attends to the images; None for fully.
    """

    adapter: AdapterName
    images: tuple[Tensor, ...]
    weight: float = 1.0
    start: float = 0.0
    end: float = 1.0
    mask: Tensor | None = None
