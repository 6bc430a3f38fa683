"""`DepthPro`: depth in meters by a network of its own."""

from dataclasses import dataclass

import torch
from torch import Tensor

from animator.images.depth_map import normalize
from animator.models.pretrained.load import PretrainedNetwork


@dataclass(frozen=True, eq=False)
class DepthPro:
    """Estimates how far everything is.

    Attributes:
        network: Depth Pro.

    Source:
        Bochkovskii et al., "Depth Pro: Sharp Monocular Metric Depth in Less Than a Second" (2024).
    """

    network: PretrainedNetwork

    def __call__(self, image: Tensor, nearest: float) -> Tensor:
        """Returns nearness as gray (3, H, W): white is near, black is far.

        Args:
            image: (3, H, W), [0, 1].
            nearest: Distance in meters at which it is white; twice as far is half as bright. 0 stretches each
                map from black to white.
        """
        nearness = self.meters(image).reciprocal()
        gray = (nearness * nearest).clamp_(0.0, 1.0) if nearest > 0 else normalize(nearness)
        return gray.expand(3, -1, -1).contiguous().to(image.device)

    @torch.no_grad()
    def meters(self, image: Tensor) -> Tensor:
        """Returns the distance (H, W) in meters of what an image (3, H, W) shows."""
        with self.network.running():
            outputs = self.network.model(**self.network.inputs(image))
            (found,) = self.network.processor.post_process_depth_estimation(
                outputs, target_sizes=[tuple(image.shape[1:])]
            )
            return torch.as_tensor(found["predicted_depth"]).reshape(image.shape[1:])
