"""Speed of depth estimation."""

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from animator.models.depth import build
from animator.models.depth.estimator import Estimator, prepare_for_inference
from animator.models.depth.names import find_spec_by_name
from animator.models.depth.starter import StarterDepth

pytestmark = pytest.mark.benchmark_suite


@pytest.mark.parametrize("side", [256, 512])
def test_starter(benchmark: BenchmarkFixture, side: int) -> None:
    starter = StarterDepth.load(torch.device("cpu"))
    benchmark(starter.estimate, torch.rand(3, side, side))


@pytest.mark.parametrize("name", ["midas-small", "dpt-levit", "dpt-swin2-tiny", "depth-anything-v2-small"])
def test_network(benchmark: BenchmarkFixture, name: str) -> None:
    spec = find_spec_by_name(name)
    assert spec is not None
    network = build.empty(spec)
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.02)
    estimator = Estimator(spec, prepare_for_inference(network, torch.device("cpu"), torch.float32))
    benchmark.pedantic(estimator.estimate, (torch.rand(3, 512, 512),), rounds=3, warmup_rounds=1)
