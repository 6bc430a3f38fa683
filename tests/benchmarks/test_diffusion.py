"""Overhead of the diffuser over the bare model, and its memory over a film.

    pytest -m benchmark_suite -n 0 tests/benchmarks/test_diffusion.py

`generate` and the bare calls of U-Net and VAE that it makes are timed in turn, under the same machine load.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.unet_engine import UNetEngine
from schedules import PromptFrame
from tests.opened import open_stable

pytestmark = pytest.mark.benchmark_suite

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
FRAMES = 200


@pytest.fixture(scope="module")
def diffuser() -> StableDiffuser:
    return open_stable("starter", torch.device("cpu"))


def frame(index: int, side: int) -> GenerationRequest:
    """Returns the request of a frame; everything that can be scheduled changes with the frame."""
    return GenerationRequest(
        frame=index,
        size=(side, side),
        image=torch.rand((3, side, side), generator=torch.Generator().manual_seed(index)),
        prompt=PromptFrame(f"a lake at dawn, (mist:{1 + index / 1000:.3f})", "blurry"),
        strength=0.5 + 0.001 * (index % 100),
        steps=16,
        cfg_scale=3 + index / 100,
        sampler="DPM++ 2M",
        seed=index,
    )


def record_calls(
    diffuser: StableDiffuser, request: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> list[Call]:
    """Returns the calls of U-Net and VAE that a generation makes."""
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    calls: list[Call] = []
    vae = engine.model.autoencoder.model
    for owner, name in ((engine.model.unet, "forward"), (vae, "encode"), (vae, "decode")):
        bare = getattr(owner, name)

        def call(*args: Any, bare: Callable[..., Any] = bare, **kwargs: Any) -> Any:
            calls.append((bare, args, kwargs))
            return bare(*args, **kwargs)

        monkeypatch.setattr(owner, name, call)
    diffuser.generate(request)
    monkeypatch.undo()
    return calls


@torch.no_grad()
def replay(calls: list[Call]) -> None:
    for bare, args, kwargs in calls:
        bare(*args, **kwargs)


def seconds(work: Callable[[], Any]) -> float:
    """Returns the CPU time of `work`, which does not depend on other programs."""
    start = time.process_time()
    work()
    return time.process_time() - start


@pytest.mark.parametrize("side", [128, 256])
def test_generate(benchmark: BenchmarkFixture, diffuser: StableDiffuser, side: int) -> None:
    benchmark.pedantic(diffuser.generate, args=(frame(1, side),), rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("side", [128, 256, 384])
def test_overhead_over_the_bare_model(
    benchmark: BenchmarkFixture, diffuser: StableDiffuser, monkeypatch: pytest.MonkeyPatch, side: int
) -> None:
    request = frame(1, side)
    calls = record_calls(diffuser, request, monkeypatch)
    turns = [(seconds(lambda: diffuser.generate(request)), seconds(lambda: replay(calls))) for _ in range(12)]
    ours, bare = (sorted(times)[len(times) // 2] for times in zip(*turns[2:], strict=True))
    benchmark.extra_info |= {"generate_s": ours, "bare_s": bare, "overhead": ours / bare - 1}
    benchmark.pedantic(diffuser.generate, args=(request,), rounds=1)


@torch.no_grad()
def test_decoding_with_merged_layers(benchmark: BenchmarkFixture, diffuser: StableDiffuser) -> None:
    """Times the built-in decoder at 512 x 512 against the same with its last layers unmerged."""
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    layers = engine.model.autoencoder.model.decoder.layers
    apart = torch.nn.Sequential(*layers[:-1], *layers[-1].unmerged)
    latent = torch.randn(1, 4, 64, 64).contiguous(memory_format=torch.channels_last)
    turns = [(seconds(lambda: layers(latent)), seconds(lambda: apart(latent))) for _ in range(9)]
    merged_s, apart_s = (sorted(times)[len(times) // 2] for times in zip(*turns[2:], strict=True))
    benchmark.extra_info |= {"merged_s": merged_s, "apart_s": apart_s, "ratio": merged_s / apart_s}
    benchmark.pedantic(layers, args=(latent,), rounds=3)


def test_memory_over_a_film(benchmark: BenchmarkFixture, diffuser: StableDiffuser) -> None:
    loaded = id(diffuser.engine())
    resident: list[int] = []
    times: list[float] = []

    def film() -> None:
        for index in range(FRAMES):
            times.append(seconds(partial(diffuser.generate, frame(index, 64))))
            resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)

    benchmark.pedantic(film, rounds=1)
    assert id(diffuser.engine()) == loaded  # the model was not loaded again
    growth = resident[-1] - resident[FRAMES // 4]
    benchmark.extra_info |= {
        "first_frame_s": times[0],
        "steady_frame_s": sorted(times)[len(times) // 2],
        "resident_mb": resident[-1] / 1e6,
        "growth_mb_over_the_last_150_frames": growth / 1e6,
    }
    # 256 cached prompts of 40 KB are 10 MB. A leak of one image per frame would show, one latent would not.
    assert growth < 20e6


def test_lora_weights_that_change(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Times a LoRA whose weight changes on every frame against one of constant weight."""
    from animator.models.diffusion.checkpoints.library import Library
    from animator.models.diffusion.load_options import LoadOptions
    from tests.animator.models.diffusion import lora_files, tiny_models

    factors = lora_files.factors(tiny_models.pipeline("sd1"))
    lora_files.kohya(factors, tmp_path / "x.safetensors", 4)
    folder = tiny_models.write_folder("sd1", tmp_path / "model")
    tiny = open_stable(str(folder), torch.device("cpu"), LoadOptions(Library((tmp_path,))))

    def at(weight: float) -> GenerationRequest:
        return replace(frame(1, 64), prompt=PromptFrame(f"a lake <lora:x:{weight}>", ""))

    constant = sorted(seconds(lambda: tiny.generate(at(0.5))) for _ in range(9))[4]
    changing = sorted(seconds(partial(tiny.generate, at(i / 10))) for i in range(1, 10))[4]
    benchmark.extra_info |= {"constant_s": constant, "changing_s": changing}
    benchmark.pedantic(tiny.generate, args=(at(0.7),), rounds=1)
