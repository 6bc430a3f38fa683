"""What a frame of the built-in model costs in each precision, as a share of what this CPU can do.

    pytest -m benchmark_suite -n 0 tests/benchmarks/test_precision.py

CPU times of one thread, measured in turn in one run: our diffuser, a plain diffusers image-to-image pipeline
with PIL images on the same weights, and the fastest matrix product and convolution.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch.utils.flop_counter import FlopCounterMode

from animator.models.diffusion.checkpoints.find import STARTER, find_checkpoint
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.load_pipeline import load_pipeline
from animator.models.diffusion.measured_precision import fastest_precision
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.unet_engine import UNetEngine
from schedules import PromptFrame
from tests.opened import open_stable

pytestmark = pytest.mark.benchmark_suite

CPU = torch.device("cpu")
STEPS, STRENGTH, SCALE = 10, 0.6, 3.0
PROMPT = "a lake at dawn, mist"  # no negative prompt: this model is guidance-distilled, diffusers ignores it
ROUNDS = 5
DTYPES = {"fp32": torch.float32, "vae-bf16": torch.float32, "bf16": torch.bfloat16}


def request_of(side: int) -> GenerationRequest:
    """Returns a frame of four Euler steps."""
    return GenerationRequest(
        frame=0,
        size=(side, side),
        image=torch.rand((3, side, side), generator=torch.Generator().manual_seed(0)),
        prompt=PromptFrame(PROMPT, ""),
        strength=STRENGTH,
        steps=STEPS,
        cfg_scale=SCALE,
        sampler="Euler",
        seed=1,
    )


def plain_frame(side: int, dtype: torch.dtype) -> Callable[[], object]:
    """Returns the same frame by diffusers' own pipeline."""
    from diffusers import AutoPipelineForImage2Image, EulerDiscreteScheduler
    from PIL import Image

    loaded = load_pipeline(find_checkpoint(STARTER, Library()), LoadOptions(), CPU).to(dtype)
    pipeline = AutoPipelineForImage2Image.from_pipe(loaded)
    pipeline.scheduler = EulerDiscreteScheduler.from_config(
        pipeline.scheduler.config, timestep_spacing="linspace"
    )
    pipeline.set_progress_bar_config(disable=True)
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8))
    settings: dict[str, Any] = {
        "prompt": PROMPT,
        "image": image,
        "strength": 1 - STRENGTH,
        "num_inference_steps": STEPS,
        "guidance_scale": SCALE,
    }
    return lambda: pipeline(**settings, generator=torch.Generator().manual_seed(1))


def products(dtype: torch.dtype) -> dict[Callable[[], object], float]:
    """Returns work that a CPU is fastest at, with its floating-point operations."""
    square = torch.rand(2048, 2048).to(dtype)
    convolution: Any = torch.nn.Conv2d(256, 256, 3, padding=1).to(dtype)
    convolution.to(memory_format=torch.channels_last)
    x = torch.rand(1, 256, 64, 64).to(dtype).contiguous(memory_format=torch.channels_last)
    return {lambda: square @ square: 2 * 2048**3, lambda: convolution(x): 2 * 9 * (256 * 64) ** 2}


@torch.no_grad()
def shortest(works: list[Callable[[], object]]) -> list[float]:
    """Returns the shortest CPU time of each work; they take turns, so that all meet the same machine."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, taken in zip(works, times, strict=True):
            start = time.thread_time()
            work()
            taken.append(time.thread_time() - start)
    return [min(taken) for taken in times]


@pytest.mark.parametrize("precision", ["fp32", "vae-bf16", "bf16"])
@pytest.mark.parametrize("side", [256, 512])
def test_share_of_the_peak(benchmark: BenchmarkFixture, side: int, precision: Precision) -> None:
    torch.set_num_threads(1)
    diffuser, request = open_stable(STARTER, CPU, LoadOptions(precision=precision)), request_of(side)
    peaks = products(torch.float32 if precision == "fp32" else torch.bfloat16)
    counter = FlopCounterMode(display=False)
    with counter:
        exact = diffuser.generate(request)
    plain = plain_frame(side, DTYPES[precision])
    ours_s, plain_s, *peak_s = shortest([lambda: diffuser.generate(request), plain, *peaks])
    peak = max(flops / taken for flops, taken in zip(peaks.values(), peak_s, strict=True))
    rate = counter.get_total_flops() / ours_s
    reference = open_stable(STARTER, CPU, LoadOptions(precision="fp32")).generate(request)
    figures = {
        "ours_ms": ours_s * 1e3,
        "plain_ms": plain_s * 1e3,
        "gflop": counter.get_total_flops() / 1e9,
        "gflops": rate / 1e9,
        "peak_gflops": peak / 1e9,
        "share": rate / peak,
        "psnr_db": float(-10 * (exact - reference).square().mean().clamp(min=1e-12).log10()),
    }
    benchmark.extra_info |= figures
    benchmark.pedantic(diffuser.generate, args=(request,), rounds=1)


@pytest.mark.parametrize("side", [256, 512])
def test_the_measurement_costs_about_two_frames(benchmark: BenchmarkFixture, side: int) -> None:
    torch.set_num_threads(1)
    diffuser, request = open_stable(STARTER, CPU, LoadOptions(precision="fp32")), request_of(side)
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    found = fastest_precision(engine.model, (side, side))
    measuring_s, frame_s = shortest(
        [lambda: fastest_precision(engine.model, (side, side)), lambda: diffuser.generate(request)]
    )
    benchmark.extra_info |= {"found": found, "measuring_s": measuring_s, "frames": measuring_s / frame_s}
    benchmark.pedantic(diffuser.generate, args=(request,), rounds=1)
