"""Depth-Anything 3 (arXiv 2511.10647): distances of one image, by the network for one and for several views.

Attribute names are those of the released files, so that their keys need little renaming.
"""

import torch
from torch import Tensor, nn

from animator.models.depth.backbones.dino import Dino
from animator.models.depth.backbones.rotary_dino import RotaryDino
from animator.models.depth.backbones.tokens import centers
from animator.models.depth.networks import DepthAnythingHead, last_layers, output_layers

SKY = 0.3
"""Output of the sky's layers from which a pixel is sky."""
FARTHEST = 0.99
"""Quantile of the other distances that becomes the sky's."""
LEAST = 10
"""With no more pixels of sky, or of anything else, the distances stay as they are."""
POSITION_WEIGHT, POSITION_BASE = 0.1, 100.0


class DepthAnything3Mono(nn.Module):
    """Depth-Anything 3 for one view: relative distances, and where the sky is."""

    def __init__(self, encoder: Dino, outputs: tuple[int, int, int, int], width: int) -> None:
        super().__init__()
        self.pretrained = encoder
        self.pretrained.model.norm.eps = 1e-5  # the released network's, where DINOv2's own is 1e-6
        self.head = DepthAnythingHead(encoder.model.embed_dim, outputs, width)
        self.sky_layers = output_layers(width // 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Returns distances (N, H, W) of normalized images (N, 3, H, W); the sky is at the farthest."""
        activations = self.head.activations(self.pretrained(x))
        distances = last_layers(self.head.scratch.output_conv2, activations)[:, 0].float().exp()
        sky = last_layers(self.sky_layers, activations)[:, 0]
        return with_far_sky(distances, sky >= SKY)


def with_far_sky(distances: Tensor, is_sky: Tensor) -> Tensor:
    """Returns distances (N, H, W) whose sky is as far as the farthest of the rest, without synchronizing.

    Args:
        distances: (N, H, W), float32.
        is_sky: (N, H, W), True for pixels of sky.
    """
    others = (~is_sky).flatten(1).sum(1)
    ascending = distances.masked_fill(is_sky, torch.inf).flatten(1).sort(1).values
    position = FARTHEST * (others - 1).clamp(min=0)
    below = position.floor().long()
    ends = ascending.gather(1, torch.stack([below, position.ceil().long()], 1))
    farthest = torch.lerp(ends[:, 0], ends[:, 1], (position - below).to(ends.dtype))
    sky = distances[0].numel() - others
    applies = (others > LEAST) & (sky > LEAST)
    return torch.where(is_sky & applies[:, None, None], farthest[:, None, None], distances)


class DepthAnything3Head(DepthAnythingHead):
    """The head for several views without its rays: adds positions, and knows how sure it is."""

    def __init__(self, inputs: int, outputs: tuple[int, int, int, int], width: int) -> None:
        super().__init__(inputs, outputs, width)
        self.norm = nn.LayerNorm(inputs)
        self.scratch.output_conv2 = output_layers(width // 2, 2)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Returns raw depth (N, H, W), unbounded, from four feature maps (N, C, H / 14, W / 14)."""
        grid = (maps[0].shape[-2], maps[0].shape[-1])
        layers = zip(maps, self.projects, self.resize_layers, strict=True)
        resized = [r(with_positions(p(self._normalized(m)), grid)) for m, p, r in layers]
        activations = with_positions(self.enlarged(self.scratch.merge(resized).merged[-1], grid), grid)
        return last_layers(self.scratch.output_conv2, activations)[:, 0]  # the other is the confidence

    def _normalized(self, features: Tensor) -> Tensor:
        """Returns feature maps (N, C, h, w) normalized over their channels."""
        normalized: Tensor = self.norm(features.movedim(1, -1))
        return normalized.movedim(-1, 1)


class DepthAnything3(nn.Module):
    """Depth-Anything 3 for several views, here with one: relative distances."""

    def __init__(self, encoder: RotaryDino, outputs: tuple[int, int, int, int], width: int) -> None:
        super().__init__()
        self.pretrained = encoder
        self.head = DepthAnything3Head(2 * encoder.model.embed_dim, outputs, width)

    def forward(self, x: Tensor) -> Tensor:
        """Returns distances (N, H, W) of normalized images (N, 3, H, W)."""
        distances: Tensor = self.head(self.pretrained(x)).float().exp()
        return distances


def with_positions(x: Tensor, grid: tuple[int, int]) -> Tensor:
    """Returns feature maps (N, C, h, w) plus waves of where each pixel is, for a grid of patches."""
    height, width = x.shape[-2:]
    diagonal = (grid[0] ** 2 + grid[1] ** 2) ** 0.5
    rows = centers(height, grid[0] / diagonal, x)
    columns = centers(width, grid[1] / diagonal, x)
    by_row = _waves(rows, x.shape[1] // 2)[:, :, None].expand(-1, -1, width)
    by_column = _waves(columns, x.shape[1] // 2)[:, None, :].expand(-1, height, -1)
    return x + POSITION_WEIGHT * torch.cat([by_column, by_row]).to(x.dtype)


def _waves(position: Tensor, channels: int) -> Tensor:
    """Returns sines, then cosines (channels, n) of positions (n,), of ever longer waves."""
    half = channels // 2
    rate = POSITION_BASE ** -(torch.arange(half, device=position.device) / half)
    angle = rate[:, None] * position
    return torch.cat([angle.sin(), angle.cos()])
