"""Plain and hybrid vision transformers of DPT (arXiv 2103.13413)."""

from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.models.depth.backbones.tokens import Reassemble

PATCH = 16


class ViT(nn.Module):
    """ViT-L/16, read after blocks 5, 11, 17 and 23."""

    taken = (5, 11, 17, 23)

    def __init__(self, name: str, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)
        for level, (outputs, factor) in enumerate(zip(widths, (4, 2, 1, 0.5), strict=True), start=1):
            self.add_module(f"act_postprocess{level}", Reassemble(self.model.embed_dim, outputs, factor))

    def forward(self, x: Tensor) -> list[Tensor]:
        """Maps at 1/4, 1/8, 1/16, 1/32 of x (N, 3, H, W); H, W multiples of 16."""
        grid = (x.shape[-2] // PATCH, x.shape[-1] // PATCH)
        taken = run_blocks(self.model, self.model.patch_embed.proj(x), self.taken)
        return [self.get_submodule(f"act_postprocess{i}")(t, grid) for i, t in enumerate(taken, start=1)]


class HybridViT(nn.Module):
    """ResNet-50 stem, read after its stages 0 and 1, then ViT-B, read after blocks 8 and 11."""

    taken = (8, 11)

    def __init__(self, name: str, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.model = timm.create_model(name, pretrained=False, num_classes=0)
        for level, (outputs, factor) in enumerate(zip(widths[2:], (1, 0.5), strict=True), start=3):
            self.add_module(f"act_postprocess{level}", Reassemble(self.model.embed_dim, outputs, factor))

    def forward(self, x: Tensor) -> list[Tensor]:
        """Maps at 1/4, 1/8, 1/16, 1/32 of x (N, 3, H, W); H, W multiples of 16."""
        grid = (x.shape[-2] // PATCH, x.shape[-1] // PATCH)
        stem = self.model.patch_embed.backbone
        y = stem.stem(x)
        stages: list[Tensor] = []
        for stage in stem.stages:
            y = stage(y)
            stages.append(y)
        tokens = run_blocks(self.model, self.model.patch_embed.proj(stem.norm(y)), self.taken)
        placed = [self.get_submodule(f"act_postprocess{i}")(t, grid) for i, t in enumerate(tokens, start=3)]
        return [*stages[:2], *placed]


def run_blocks(model: Any, embedded: Tensor, taken: tuple[int, ...]) -> list[Tensor]:
    """Tokens (N, 1 + h * w, C) after each of the blocks in `taken`.

    Args:
        model: A timm vision transformer with a class token and a position embedding.
        embedded: Patches (N, C, h, w).
        taken: Numbers of blocks, rising.
    """
    position = resized_position(model.pos_embed, (embedded.shape[-2], embedded.shape[-1]))
    tokens = torch.cat(
        [model.cls_token.expand(len(embedded), -1, -1), embedded.flatten(2).transpose(1, 2)], 1
    )
    tokens = tokens + position
    result: list[Tensor] = []
    for number, block in enumerate(model.blocks):
        tokens = block(tokens)
        if number in taken:
            result.append(tokens)
    return result


def resized_position(position: Tensor, grid: tuple[int, int]) -> Tensor:
    """The embedding (1, 1 + h * w, C) for another grid: bilinear, not antialiased, as MiDaS does it."""
    token, patches = position[:, :1], position[:, 1:]
    side = round(patches.shape[1] ** 0.5)
    square = patches.reshape(1, side, side, -1).permute(0, 3, 1, 2)
    resized = nnf.interpolate(square, size=grid, mode="bilinear", align_corners=False)
    return torch.cat([token, resized.flatten(2).transpose(1, 2)], 1)
