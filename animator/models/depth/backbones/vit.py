"""Plain and hybrid vision transformers of DPT (arXiv 2103.13413)."""

from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.models.depth.backbones.tokens import Reassemble

PATCH = 16


class ViT(nn.Module):
    """ViT-L/16 with feature maps from blocks 5, 11, 17 and 23."""

    out_indices = (5, 11, 17, 23)

    def __init__(self, name: str, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)
        for level, (outputs, factor) in enumerate(zip(widths, (4, 2, 1, 0.5), strict=True), start=1):
            self.add_module(f"act_postprocess{level}", Reassemble(self.model.embed_dim, outputs, factor))

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns feature maps at 1/4, 1/8, 1/16, 1/32 of x (N, 3, H, W); H, W multiples of 16."""
        grid = (x.shape[-2] // PATCH, x.shape[-1] // PATCH)
        tokens = run_blocks(self.model, self.model.patch_embed.proj(x), self.out_indices)
        return [self.get_submodule(f"act_postprocess{i}")(t, grid) for i, t in enumerate(tokens, start=1)]


class HybridViT(nn.Module):
    """ResNet-50 stem and ViT-B, with feature maps from stages 0 and 1, then blocks 8 and 11."""

    out_indices = (8, 11)

    def __init__(self, name: str, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)
        for level, (outputs, factor) in enumerate(zip(widths[2:], (1, 0.5), strict=True), start=3):
            self.add_module(f"act_postprocess{level}", Reassemble(self.model.embed_dim, outputs, factor))

    def forward(self, x: Tensor) -> list[Tensor]:
        """Returns feature maps at 1/4, 1/8, 1/16, 1/32 of x (N, 3, H, W); H, W multiples of 16."""
        grid = (x.shape[-2] // PATCH, x.shape[-1] // PATCH)
        stem = self.model.patch_embed.backbone
        y = stem.stem(x)
        stages: list[Tensor] = []
        for stage in stem.stages:
            y = stage(y)
            stages.append(y)
        tokens = run_blocks(self.model, self.model.patch_embed.proj(stem.norm(y)), self.out_indices)
        maps = [self.get_submodule(f"act_postprocess{i}")(t, grid) for i, t in enumerate(tokens, start=3)]
        return [*stages[:2], *maps]


def run_blocks(model: Any, embedded: Tensor, out_indices: tuple[int, ...]) -> list[Tensor]:
    """Returns tokens (N, 1 + h * w, C) after each of the blocks in `out_indices`.

    Args:
        model: A timm vision transformer with a class token and a position embedding.
        embedded: Embedded patches (N, C, h, w).
        out_indices: Indices of blocks, ascending.
    """
    position = resized_position(model.pos_embed, (embedded.shape[-2], embedded.shape[-1]))
    tokens = torch.cat(
        [model.cls_token.expand(len(embedded), -1, -1), embedded.flatten(2).transpose(1, 2)], 1
    )
    tokens = tokens + position
    result: list[Tensor] = []
    for number, block in enumerate(model.blocks):
        tokens = block(tokens)
        if number in out_indices:
            result.append(tokens)
    return result


def resized_position(position: Tensor, grid: tuple[int, int]) -> Tensor:
    """Returns the position embedding (1, 1 + h * w, C) for a grid: bilinear, not antialiased, as in MiDaS."""
    token, patches = position[:, :1], position[:, 1:]
    side = round(patches.shape[1] ** 0.5)
    square = patches.reshape(1, side, side, -1).permute(0, 3, 1, 2)
    resized = nnf.interpolate(square, size=grid, mode="bilinear", align_corners=False)
    return torch.cat([token, resized.flatten(2).transpose(1, 2)], 1)
