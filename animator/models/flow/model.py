"""The seam to flow estimators."""

from typing import Protocol

from torch import Tensor


class FlowModel(Protocol):
    """Whatever estimates flow between two images."""

    def __call__(self, first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        """The flow (2, H, W) from the first image to the second, in pixels.

        Args:
            first: (3, H, W), [0, 1].
            second: (3, H, W), [0, 1], of the same size.
            guess: (2, H, W), a flow to start from, such as the last frame's; estimators that cannot use one
                ignore it.
        """
        ...
