"""Optimizer: Muon for matrices and convolutions, Adam for the rest, with a state that can be saved."""

import math

import torch
from torch import Tensor, nn

from animator.training.depth.muon import orthogonalize

_SMALLEST_MATRIX = 16  # smaller side of a matrix from which Muon is used
_ADAM_NAMES = ("embed", "time_emb", "conv_in", "conv_out")  # inputs and outputs of a network use Adam
_MOMENTUM = 0.95
_MEAN, _SQUARE = 0.9, 0.99


class Optimizer:
    """Updates the weights of networks.

    Source: K. Jordan and others, "Muon: an optimizer for hidden layers", 2024; the update of a matrix is
    scaled to the size that Adam's would have (arXiv 2502.16982).
    """

    def __init__(
        self, networks: nn.Module, decay: float = 0.01, precision: torch.dtype = torch.float32
    ) -> None:
        """Initializes the optimizer.

        Args:
            networks: Networks whose parameters with `requires_grad` are updated.
            decay: Weight decay of parameters of two dimensions or more, relative to the learning rate.
            precision: Precision of the orthogonalization; bfloat16 is enough where it is faster.
        """
        self._decay, self._precision = decay, precision
        trained = {name: p for name, p in networks.named_parameters() if p.requires_grad}
        self._matrices = {name: p for name, p in trained.items() if _is_matrix(name, p)}
        self._others = {name: p for name, p in trained.items() if name not in self._matrices}
        self._mean = {name: torch.zeros_like(p) for name, p in trained.items()}
        self._square = {name: torch.zeros_like(p) for name, p in self._others.items()}

    @torch.no_grad()
    def step(self, rate: float, count: int) -> None:
        """Updates the weights from their gradients.

        Args:
            rate: Learning rate of this step.
            count: Number of this step, from 1.
        """
        for name, weight in self._matrices.items():
            if weight.grad is not None:
                mean = self._mean[name].lerp_(weight.grad, 1 - _MOMENTUM)
                nesterov = weight.grad.lerp(mean, _MOMENTUM).flatten(1)
                update = orthogonalize(nesterov.to(self._precision)).to(weight.dtype)
                update = update * (0.2 * math.sqrt(max(update.shape)))
                weight.mul_(1 - rate * self._decay).add_(update.view(weight.shape), alpha=-rate)
        for name, weight in self._others.items():
            if weight.grad is not None:
                self._adam(name, weight, weight.grad, (rate, count))

    def _adam(self, name: str, weight: Tensor, gradient: Tensor, at: tuple[float, int]) -> None:
        rate, count = at
        mean = self._mean[name].lerp_(gradient, 1 - _MEAN)
        square = self._square[name].lerp_(gradient.square(), 1 - _SQUARE)
        size = (square / (1 - _SQUARE**count)).sqrt_().add_(1e-8)
        if weight.ndim > 1:
            weight.mul_(1 - rate * self._decay)
        weight.addcdiv_(mean / (1 - _MEAN**count), size, value=-rate)

    def state(self) -> dict[str, Tensor]:
        """Returns the moments by name; the tensors themselves, not copies."""
        means = {f"mean.{name}": value for name, value in self._mean.items()}
        return means | {f"square.{name}": value for name, value in self._square.items()}


def _is_matrix(name: str, weight: Tensor) -> bool:
    wide = weight.ndim >= 2 and min(weight.shape[0], weight[0].numel()) >= _SMALLEST_MATRIX
    return wide and not any(part in name for part in _ADAM_NAMES)
