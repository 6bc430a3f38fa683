"""DINOv2 of Depth-Anything (arXiv 2406.09414)."""

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.models.depth.backbones.tokens import unflatten

PATCH = 14
OFFSET = 0.1  # DINOv2 scales its position grid by (n + 0.1) / trained; without it the maps shift


class Dino(nn.Module):
    """DINOv2 with the normalized tokens of some of its blocks."""

    def __init__(self, name: str, out_indices: tuple[int, ...]) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)
        self.out_indices = out_indices

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns feature maps (N, C, H / 14, W / 14) of x (N, 3, H, W); H, W multiples of 14."""
        return [unflatten(tokens[:, 1:], grid_of(x)) for tokens in self.tokens(x)]

    def tokens(self, x: Tensor) -> list[Tensor]:
        """Returns the tokens (N, 1 + H / 14 * W / 14, C) of each block, the class token first."""
        patches = self.model.patch_embed.proj(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.model.cls_token.expand(len(x), -1, -1), patches], 1)
        tokens = tokens + resized_position(self.model.pos_embed, grid_of(x))
        found: list[Tensor] = []
        for number, block in enumerate(self.model.blocks):
            tokens = block(tokens)
            if number in self.out_indices:
                found.append(self.model.norm(tokens))
        return found


def grid_of(x: Tensor) -> tuple[int, int]:
    """Returns the rows and columns of patches of x (N, 3, H, W)."""
    return x.shape[-2] // PATCH, x.shape[-1] // PATCH


def resized_position(position: Tensor, grid: tuple[int, int]) -> Tensor:
    """Returns the position embedding (1, 1 + h * w, C) for a grid: bicubic by scale factor, as in DINOv2."""
    token, patches = position[:, :1], position[:, 1:]
    side = round(patches.shape[1] ** 0.5)
    if grid == (side, side):
        return position
    square = patches.reshape(1, side, side, -1).permute(0, 3, 1, 2)
    scale = ((grid[0] + OFFSET) / side, (grid[1] + OFFSET) / side)
    resized = nnf.interpolate(square, scale_factor=scale, mode="bicubic", align_corners=False)
    return torch.cat([token, resized.flatten(2).transpose(1, 2)], 1)
