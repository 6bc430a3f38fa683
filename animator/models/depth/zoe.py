"""ZoeDepth (arXiv 2302.12288): meters from the feature maps of a DPT, by bins with attracted centers.

Attribute names are those of the released files, so that their keys need no renaming. Kept from the released
networks: the attraction strength is always 300, attractor points of the bounded kind are not normalized, and
its bins always end at 10 m.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

from animator.models.depth.networks import Dpt
from animator.models.depth.preprocess import Normalize, Sizing
from animator.models.depth.zoe_layers import (
    Attractor,
    BinDistribution,
    BoundedAttractor,
    DomainEncoder,
    Pointwise,
)

BINS = 64
EMBEDDING = 128
MIN_DEPTH, MAX_DEPTH = 1e-3, 10.0
ACTIVATIONS = 32  # channels of the DPT's head
DECODER = 256
DOMAINS = ("nyu", "kitti")


@dataclass(frozen=True)
class ZoeShape:
    """Variant of the released networks.

    Attributes:
        bins: "bounded" restricts bin centers to [0.001, 10] m, "free" does not.
        sizing: Size of the network's input.
    """

    bins: Literal["free", "bounded"]
    sizing: Sizing


class Zoe(nn.Module):
    """ZoeDepth with one head, trained indoors (N) or on streets (K)."""

    def __init__(self, core: Dpt, shape: ZoeShape) -> None:
        super().__init__()
        self.core, self.shape = core, shape
        self.conv2 = nn.Conv2d(DECODER, DECODER, 1)
        self.seed_bin_regressor = Pointwise(DECODER, 256, BINS)
        self.seed_projector = Pointwise(DECODER, 128, EMBEDDING)
        self.projectors = nn.ModuleList(Pointwise(DECODER, 128, EMBEDDING) for _ in range(4))
        kind = BoundedAttractor if shape.bins == "bounded" else Attractor
        self.attractors = nn.ModuleList(kind(EMBEDDING, points) for points in (16, 8, 4, 1))
        self.conditional_log_binomial = BinDistribution(ACTIVATIONS + 1 + EMBEDDING, 80, BINS)

    def forward(self, x: Tensor) -> Tensor:
        """Returns meters (N, h, w) of images (N, 3, H, W) in [0, 1]; h, w follow from `ZoeShape.sizing`."""
        out = self.core.outputs(prepare(x, self.shape.sizing).to(self.conv2.weight.dtype))
        bottleneck = self.conv2(out.decoded.coarsest)
        centers = _initial_centers(self.seed_bin_regressor(bottleneck), self.shape.bins)
        embedding = self.seed_projector(bottleneck)
        for project, attract, merged in zip(
            self.projectors, self.attractors, out.decoded.merged, strict=True
        ):
            previous, embedding = embedding, project(merged)
            centers = attract(embedding + _resize_like(previous, merged), _resize_like(centers, merged))
        if self.shape.bins == "bounded":
            unordered = (MAX_DEPTH - MIN_DEPTH) * centers + MIN_DEPTH
            centers = unordered.sort(dim=1).values.clip(MIN_DEPTH, MAX_DEPTH)
        last = torch.cat([out.activations, _resize_like(out.inverse[:, None], out.activations)], 1)
        probabilities = self.conditional_log_binomial(last, _resize_like(embedding, last))
        meters: Tensor = (probabilities * _resize_like(centers, last)).sum(1)
        return meters


class ZoeNK(nn.Module):
    """ZoeDepth with two heads and a classifier that chooses one for the whole batch."""

    def __init__(self, core: Dpt, shape: ZoeShape) -> None:
        super().__init__()
        self.core, self.shape = core, shape
        self.conv2 = nn.Conv2d(DECODER, DECODER, 1)
        self.patch_transformer = DomainEncoder(DECODER, EMBEDDING)
        self.mlp_classifier = nn.Sequential(
            nn.Linear(EMBEDDING, 128), nn.ReLU(), nn.Linear(128, len(DOMAINS))
        )
        self.seed_bin_regressors = nn.ModuleDict({d: Pointwise(DECODER, 64, BINS) for d in DOMAINS})
        self.seed_projector = Pointwise(DECODER, 64, EMBEDDING)
        self.projectors = nn.ModuleList(Pointwise(DECODER, 64, EMBEDDING) for _ in range(4))
        self.attractors = nn.ModuleDict({d: _attractors() for d in DOMAINS})
        self.conditional_log_binomial = nn.ModuleDict(
            {d: BinDistribution(ACTIVATIONS + EMBEDDING, 40, BINS) for d in DOMAINS}
        )

    def forward(self, x: Tensor) -> Tensor:
        """Returns meters (N, h, w) of images (N, 3, H, W) in [0, 1]; h, w follow from `ZoeShape.sizing`."""
        out = self.core.outputs(prepare(x, self.shape.sizing).to(self.conv2.weight.dtype))
        bottleneck = self.conv2(out.decoded.coarsest)
        domain = self._domain(bottleneck)
        centers = _initial_centers(self.seed_bin_regressors[domain](bottleneck), self.shape.bins)
        embedding = self.seed_projector(bottleneck)
        steps = zip(self.projectors, self.attractors[domain].children(), out.decoded.merged, strict=True)
        for project, attract, merged in steps:
            previous, embedding = embedding, project(merged)
            centers = attract(embedding + _resize_like(previous, merged), _resize_like(centers, merged))
        last = out.activations
        probabilities = self.conditional_log_binomial[domain](last, _resize_like(embedding, last))
        meters: Tensor = (probabilities * _resize_like(centers, last)).sum(1)
        return meters

    def _domain(self, bottleneck: Tensor) -> str:
        """Returns the domain that most of the batch shows."""
        votes = self.mlp_classifier(self.patch_transformer(bottleneck)).sum(0)
        return DOMAINS[int(votes.argmax())]


def _attractors() -> nn.ModuleList:
    return nn.ModuleList(Attractor(EMBEDDING, 16) for _ in range(4))


def prepare(x: Tensor, sizing: Sizing) -> Tensor:
    """Returns resized (bilinear, corners aligned) and normalized images (N, 3, h, w)."""
    size = sizing.of(x.shape[-2], x.shape[-1])
    resized = nnf.interpolate(x, size=size, mode="bilinear", align_corners=True)
    return Normalize.half().apply(resized)


def _initial_centers(raw: Tensor, bins: Literal["free", "bounded"]) -> Tensor:
    """Returns the initial bin centers (N, 64, h, w): in meters, or as fractions of the range if bounded."""
    if bins == "free":
        return nnf.softplus(raw)
    widths = nnf.relu(raw) + 1e-3
    widths = widths / widths.sum(1, keepdim=True)
    edges = nnf.pad(widths, (0, 0, 0, 0, 1, 0)).cumsum(1)
    return 0.5 * (edges[:, :-1] + edges[:, 1:])


def _resize_like(x: Tensor, like: Tensor) -> Tensor:
    return nnf.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=True)
