"""Muon, the optimizer that trained the built-in depth network."""

import math

import torch
from torch import Tensor, nn


class Muon:
    """Optimizer: orthogonalized momentum for matrices, AdamW for the rest.

    Source: K. Jordan and others, "Muon: an optimizer for hidden layers", 2024; the update of a matrix is
    scaled to the size that Adam's would have (arXiv 2502.16982).
    """

    def __init__(self, net: nn.Module, rate: float, *, decay: float = 0.01) -> None:
        self.rate, self.decay = rate, decay
        parameters = list(net.parameters())
        self.matrices = [p for p in parameters if p.ndim >= 2 and min(p.shape[0], p[0].numel()) >= 16]
        matrix_ids = {id(p) for p in self.matrices}
        others = [p for p in parameters if id(p) not in matrix_ids]
        self.momentum = [torch.zeros_like(p) for p in self.matrices]
        self.adam = torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.99), weight_decay=decay)

    @torch.no_grad()
    def step(self) -> None:
        """Updates the weights from their gradients."""
        for group in self.adam.param_groups:
            group["lr"] = self.rate
        self.adam.step()
        for weight, momentum in zip(self.matrices, self.momentum, strict=True):
            if weight.grad is None:
                continue
            momentum.lerp_(weight.grad, 0.05)
            update = weight.grad.lerp(momentum, 0.95).flatten(1)
            update = orthogonalize(update) * (0.2 * math.sqrt(max(update.shape)))
            weight.mul_(1 - self.rate * self.decay).add_(update.view(weight.shape), alpha=-self.rate)


def orthogonalize(matrix: Tensor) -> Tensor:
    """Returns an approximation of the nearest semi-orthogonal matrix, by five Newton-Schulz steps."""
    x = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        product = x @ x.T
        x = 3.4445 * x + (-4.7750 * product + 2.0315 * product @ product) @ x
    result: Tensor = x if matrix.shape[0] <= matrix.shape[1] else x.T
    return result
