"""How a training goes: its rate, its optimizer, its arithmetic."""

import pytest
import torch
from torch import nn

from animator.training.compute import Compute
from animator.training.loop import TrainConfig
from animator.training.optimizer import Optimizer


def test_the_learning_rate_warms_up_and_falls_to_zero() -> None:
    config = TrainConfig(steps=100, rate=1.0, warmup=10, anneal=20)
    rates = [config.rate_at(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[50] == 1
    assert rates[80] > rates[90] > rates[99]
    assert rates[99] < 0.01


def test_the_optimizer_updates_matrices_evenly_and_has_a_state() -> None:
    torch.manual_seed(0)
    net = nn.Linear(32, 32)
    optimizer = Optimizer(net, decay=0.0)
    before = net.weight.detach().clone()
    net(torch.randn(4, 32)).square().sum().backward()
    optimizer.step(1e-3, 1)
    update = torch.linalg.svdvals(before - net.weight.detach())
    assert update[0] < 2 * update[3]  # four examples: rank four, all directions alike
    assert set(optimizer.state()) == {"mean.weight", "mean.bias", "square.bias"}


def test_a_shorter_training_anneals_over_the_same_fraction_of_its_steps() -> None:
    whole = TrainConfig(steps=6000, rate=1.0, warmup=1, anneal=1500)
    short = whole.with_steps(400)
    assert (short.steps, short.anneal, short.rate) == (400, 100, 1.0)
    assert short.rate_at(299) == 1.0, "the full rate until the last quarter"
    assert whole.with_steps(6000) == whole


@pytest.mark.parametrize(
    ("device", "half", "capability", "slow"),
    [
        ("cpu", True, "AVX2", True),
        ("cpu", True, "AVX512", False),
        ("cpu", False, "AVX2", False),
        ("cuda", True, "AVX2", False),
    ],
)
def test_half_precision_is_slow_on_cpus_without_bfloat16(
    monkeypatch: pytest.MonkeyPatch, device: str, half: bool, capability: str, slow: bool
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert Compute(torch.device(device), half).half_is_slow is slow
