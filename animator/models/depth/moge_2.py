"""MoGe-2 (arXiv 2507.02546): where the points of an image are, how large the scene is, and what is sky.

Attribute names are those of the released files, so that their keys need little renaming.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.models.depth.backbones.dino import Dino, grid_of
from animator.models.depth.backbones.tokens import centers, unflatten

WIDTHS = (256, 128, 64, 32)
"""Channels at 2, 4, 8 and 16 times the grid of patches; at the grid they are the encoder's."""
POSITIONS = 2
"""Channels that tell where in the view a pixel is."""
Maps = list[Tensor]


@dataclass(frozen=True)
class PointMap:
    """What the network sees in images, at 16 times the grid of patches.

    Attributes:
        points: (N, 3, h, w): x / z, y / z and the logarithm of z of each point, up to a shift of z.
        visible: (N, h, w), above 0 where there is a point; below, there is sky.
        meters: (N,), logarithm of the meters of a unit of the points.
    """

    points: Tensor
    visible: Tensor
    meters: Tensor


class _Residual(nn.Module):
    """Two convolutions, added to what they get; keys are the layer numbers of the original."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleDict({"2": _convolution(width, width), "5": _convolution(width, width)})

    def forward(self, x: Tensor) -> Tensor:
        """Returns (N, width, H, W) of the same shape."""
        y = x
        for layer in self.layers.values():
            y = layer(nnf.relu(y))
        return x + y


class _Twice(nn.ModuleDict):
    """Doubles the size of a map by a transposed convolution, or where there is none, bilinearly."""

    def __init__(self, inputs: int, outputs: int, *, transposed: bool) -> None:
        last = _convolution(outputs if transposed else inputs, outputs)
        first = {"0": nn.ConvTranspose2d(inputs, outputs, 2, 2)} if transposed else {}
        super().__init__({**first, "1": last})

    def forward(self, x: Tensor) -> Tensor:
        """Returns (N, outputs, 2 H, 2 W)."""
        if "0" in self:
            doubled = self["0"](x)
        else:
            doubled = nnf.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        resized: Tensor = self["1"](doubled)
        return resized


class Pyramid(nn.Module):
    """Refines maps of five sizes from coarse to fine, each seeing the one before."""

    def __init__(self, inputs: tuple[int, ...], width: int, blocks: int, outputs: int = 0) -> None:
        """Builds the layers.

        Args:
            inputs: Channels of the maps.
            width: Channels of the coarsest map inside.
            blocks: Residual blocks at each size but the first and the last.
            outputs: Channels of the finest map that is returned; 0 for what it has inside.
        """
        super().__init__()
        widths = (width, *WIDTHS)
        last = len(widths) - 1
        self.input_blocks = nn.ModuleList(nn.Conv2d(i, w, 1) for i, w in zip(inputs, widths, strict=True))
        self.res_blocks = nn.ModuleList(
            nn.Sequential(*(_Residual(w) for _ in range(blocks if 0 < level < last else 0)))
            for level, w in enumerate(widths)
        )
        self.resamplers = nn.ModuleList(
            _Twice(widths[level], widths[level + 1], transposed=level + 1 < last) for level in range(last)
        )
        self.output_blocks = nn.ModuleDict(
            {str(last): nn.Conv2d(widths[last], outputs, 1)} if outputs else {}
        )

    def forward(self, maps: Maps) -> Maps:
        """Returns the refined maps, of the sizes of those that it gets, each twice the one before."""
        found: Maps = []
        for level, (x, enter, refine) in enumerate(
            zip(maps, self.input_blocks, self.res_blocks, strict=True)
        ):
            entered = enter(x)
            found.append(refine(self.resamplers[level - 1](found[-1]) + entered if found else entered))
        return (
            [*found[:-1], self.output_blocks[str(len(found) - 1)](found[-1])] if self.output_blocks else found
        )


class _Encoder(nn.Module):
    """DINOv2, the maps of whose blocks are projected and added."""

    def __init__(self, backbone: Dino) -> None:
        super().__init__()
        self.backbone = backbone
        width = backbone.model.embed_dim
        self.output_projections = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in backbone.out_indices)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the map (N, C, H / 14, W / 14) and the last class token (N, C) of x (N, 3, H, W)."""
        found = self.backbone.tokens(x)
        maps = [
            project(unflatten(tokens[:, 1:], grid_of(x)))
            for project, tokens in zip(self.output_projections, found, strict=True)
        ]
        return torch.stack(maps).sum(0), found[-1][:, 0]


class MoGe2(nn.Module):
    """MoGe-2 without its normals: a map of points, their scale, and where there are any."""

    def __init__(self, backbone: Dino, blocks: int) -> None:
        """Builds the layers.

        Args:
            backbone: DINOv2, whose last block is among its outputs.
            blocks: Residual blocks of the layers that the heads share, at each size.
        """
        super().__init__()
        width = backbone.model.embed_dim
        self.encoder = _Encoder(backbone)
        self.neck = Pyramid((width + POSITIONS, *(POSITIONS,) * len(WIDTHS)), width, blocks)
        self.points_head = Pyramid((width, *WIDTHS), width, 1, 3)
        self.mask_head = Pyramid((width, *WIDTHS), width, 1, 1)
        self.scale_head = nn.ModuleDict(
            {"0": nn.Linear(width, width), "2": nn.Linear(width, width), "4": nn.Linear(width, 1)}
        )

    def forward(self, x: Tensor, aspect: float) -> PointMap:
        """Returns the points that images show.

        Args:
            x: (N, 3, H, W), normalized; H, W multiples of 14.
            aspect: Width over height of the images before they were resized.
        """
        features, token = self.encoder(x)
        rows, columns = grid_of(x)
        grids = [(rows << level, columns << level) for level in range(1 + len(WIDTHS))]
        positions = [_positions(grid, aspect, features) for grid in grids]
        shared = self.neck([torch.cat([features, positions[0]], 1), *positions[1:]])
        scale = self.scale_head["0"](token)
        for name in ("2", "4"):
            scale = self.scale_head[name](nnf.relu(scale))
        return PointMap(self.points_head(shared)[-1], self.mask_head(shared)[-1][:, 0], scale[:, 0])


def _convolution(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode="replicate")


def _positions(grid: tuple[int, int], aspect: float, like: Tensor) -> Tensor:
    """Returns `view_positions` (N, 2, h, w) of a grid, as many times as a tensor's first side."""
    return view_positions(grid, aspect, like).to(like.dtype).expand(len(like), -1, -1, -1)


def view_positions(grid: tuple[int, int], aspect: float, like: Tensor) -> Tensor:
    """Returns x and y (2, h, w) of a grid's centers, where the corners of the view are 1 from its center."""
    diagonal = (1 + aspect**2) ** 0.5
    across = centers(grid[1], aspect / diagonal, like)
    down = centers(grid[0], 1 / diagonal, like)
    return torch.stack([across.expand(grid[0], -1), down[:, None].expand(-1, grid[1])])
