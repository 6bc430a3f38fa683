"""`FlowModel`: the protocol of optical flow models."""

from typing import Protocol

from torch import Tensor


class FlowModel(Protocol):
    """Estimates the optical flow between two images.

    Example:
        A flow model that sees no motion, for `build_pipeline`::

            class NoMotion:
                def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
                    return torch.zeros((2, *first.shape[-2:]), device=first.device)
    """

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """Returns the flow (2, H, W) from the first image to the second, in pixels.

        Args:
            first: (3, H, W), [0, 1].
            second: (3, H, W), [0, 1], of the same size.
            guess: (2, H, W), an initial flow, such as the last frame's; models that cannot use one ignore
                it.
        """
        ...
