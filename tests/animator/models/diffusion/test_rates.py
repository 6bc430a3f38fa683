"""The measuring of tests/gpu, on a CPU with a tiny model: it must run before a GPU is there."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tests.gpu.rates import Bench, frame_request, measure_rates, random_pipeline


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_the_three_loops_run_and_generate_no_frame_twice(
    folder_of: Callable[[str], Path], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(folder_of(kind), 64, torch.device("cpu"), torch.float32)
    with caplog.at_level(logging.WARNING):
        rates = measure_rates(bench, count=1)
    assert min(rates.plain, rates.ours, rates.bare) > 0 and len(rates.memory) == 9
    assert "generating it again" not in caplog.text
    assert frame_request(64, torch.zeros(3, 64, 64)).steps_run == 8
    made = random_pipeline(bench)
    image = made.vae.decode(torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(0))).sample
    assert float(image.detach().std()) == pytest.approx(0.5, abs=0.05)
