"""Layers of ZoeDepth: attractors of bin centers, the distribution over bins, the classifier's encoder."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as nnf

ALPHA = 300.0
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.0212, 50.0
PROBABILITY_EPS = 1e-4
BINOMIAL_EPS = 1e-7


class Pointwise(nn.Module):
    """Two pointwise convolutions with a ReLU between them."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self._net = _chain(inputs, hidden, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Returns (N, outputs, h, w)."""
        y: Tensor = self._net(x)
        return y


class Attractor(nn.Module):
    """Moves bin centers toward points predicted from an embedding (section 3.2 of the paper)."""

    def __init__(self, inputs: int, points: int) -> None:
        super().__init__()
        self._net = _chain(inputs, inputs, points)

    def forward(self, x: Tensor, centers: Tensor) -> Tensor:
        """Returns the moved centers (N, bins, h, w)."""
        return _attract(centers, nnf.softplus(self._net(x)))


class BoundedAttractor(nn.Module):
    """Attractor for centers as fractions of a range: two outputs per point, of which one is used."""

    def __init__(self, inputs: int, points: int) -> None:
        super().__init__()
        self._net = _chain(inputs, inputs, 2 * points)

    def forward(self, x: Tensor, centers: Tensor) -> Tensor:
        """Returns the moved centers (N, bins, h, w)."""
        return _attract(centers, nnf.relu(self._net(x))[:, ::2] + 1e-3)


def _chain(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, hidden, 1), nn.ReLU(), nn.Conv2d(hidden, outputs, 1))


def _attract(centers: Tensor, points: Tensor) -> Tensor:
    """Returns the centers plus the mean pull d / (1 + 300 d^2) of all points, d = point - center."""
    pull = torch.zeros_like(centers)
    for point in points.unbind(1):
        distance = point[:, None] - centers
        pull = pull + distance / (1 + ALPHA * distance.square())
    return centers + pull / points.shape[1]


class BinDistribution(nn.Module):
    """Probabilities of the bins at each pixel: a binomial with predicted mean and temperature."""

    def __init__(self, inputs: int, hidden: int, bins: int) -> None:
        super().__init__()
        self.mlp = nn.Sequential(nn.Conv2d(inputs, hidden, 1), nn.GELU(), nn.Conv2d(hidden, 4, 1))
        self.bins = bins

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Returns probabilities (N, bins, h, w)."""
        # In half precision the logarithms below would get zeros.
        raw = nnf.softplus(self.mlp(torch.cat([x, condition], 1)).float()) + PROBABILITY_EPS
        mean = raw[:, :1] / raw[:, :2].sum(1, keepdim=True)
        warmth = raw[:, 2:3] / raw[:, 2:].sum(1, keepdim=True)
        temperature = (MAX_TEMPERATURE - MIN_TEMPERATURE) * warmth + MIN_TEMPERATURE
        k = torch.arange(self.bins, device=x.device, dtype=torch.float32).view(1, -1, 1, 1)
        n = self.bins - 1
        success, failure = mean.clamp(PROBABILITY_EPS, 1), (1 - mean).clamp(PROBABILITY_EPS, 1)
        logits = _log_binomial(n, k) + k * success.log() + (n - k) * failure.log()
        return torch.softmax(logits / temperature, 1).to(x.dtype)


def _log_binomial(n: int, k: Tensor) -> Tensor:
    """Returns the log of the binomial coefficients, by Stirling's formula as in training."""
    whole, part = torch.full_like(k, n) + BINOMIAL_EPS, k + BINOMIAL_EPS
    rest = whole - part
    return whole * whole.log() - part * part.log() - rest * (rest + BINOMIAL_EPS).log()


class DomainEncoder(nn.Module):
    """A small transformer over the coarsest feature map; its first token summarizes the image."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(width, 4, dim_feedforward=1024, dropout=0.0, batch_first=True)
        self.transformer_encoder = nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)
        self.embedding_convPxP = nn.Conv2d(inputs, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Returns the summary (N, width) of feature maps (N, inputs, h, w)."""
        tokens = nnf.pad(self.embedding_convPxP(x).flatten(2), (1, 0)).transpose(1, 2)
        count, width = tokens.shape[1:]
        even = torch.arange(0, width, 2, device=x.device, dtype=torch.float32)
        rate = torch.exp(even * (-math.log(10000.0) / width))
        angle = torch.arange(count, device=x.device, dtype=torch.float32)[:, None] * rate
        position = torch.cat([angle.sin(), angle.cos()], 1).to(tokens.dtype)
        encoded: Tensor = self.transformer_encoder(tokens + position)
        return encoded[:, 0]
