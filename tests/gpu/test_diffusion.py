"""The diffuser on a GPU, with the architectures of Stable Diffusion 1.5 and XL and random weights.

    pytest -m gpu -n 0 -s tests/gpu/test_diffusion.py

Prints a table: frames per second of a plain diffusers image-to-image loop with PIL between frames, of our
loop, and of the bare calls of U-Net and VAE. Ours should be twice as fast as the plain one, and close to the
bare calls.
"""

from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
import torch

from animator.errors import AnimatorError
from animator.models.diffusion import configs
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.stable import open_diffuser
from animator.models.diffusion.unet_model import UNetModel
from tests.gpu.rates import Bench, frame_request, measure_rates, no_sync, random_pipeline
from tests.opened import engine_of, open_stable

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
    pytest.mark.timeout(3600),  # compiling SDXL takes minutes
]

CONFIGS = Path(str(resources.files(configs)))
SIDES = (("sd1", 512), ("sd1", 1024), ("sdxl", 512), ("sdxl", 1024))
HEAD = "model   side     speed   plain    ours    bare  ours/plain  ours/bare"


def bench(family: str, side: int, speed: str = "eager") -> Bench:
    return Bench(CONFIGS / family, side, torch.device("cuda"), torch.float16, speed)


def test_frames_per_second(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{torch.cuda.get_device_name()}, torch {torch.__version__}, half precision\n{HEAD}")  # noqa: T201 (the table)
    for family, side in SIDES:
        for speed in ("eager", "compiled"):
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
            rates = measure_rates(bench(family, side, speed))
            peak = torch.cuda.max_memory_allocated() / 2**30
            with capsys.disabled():
                print(  # noqa: T201 (the table)
                    f"{family:6}{side:6}{speed:>10}{rates.plain:8.2f}{rates.ours:8.2f}{rates.bare:8.2f}"
                    f"{rates.ours / rates.plain:12.2f}{rates.ours / rates.bare:11.2f}   peak {peak:.1f} GiB"
                )
            assert rates.memory[-1] <= rates.memory[4]  # memory does not grow


@pytest.mark.parametrize("family", ["sd1", "sdxl"])
@pytest.mark.parametrize("sampler", ["Euler", "DPM++ 2M SDE Karras"])
def test_a_generation_never_waits_for_the_device(family: str, sampler: str) -> None:
    """Once its prompts are encoded, so that kernels are queued ahead of the device."""
    one = bench(family, 512)
    engine = engine_of(UNetModel.of(family, random_pipeline(one)), one.device)
    image = torch.rand((3, 512, 512), device="cuda")
    request = replace(frame_request(512, image), sampler=sampler, subseed=5, subseed_strength=0.2)
    engine.generate(request)
    torch.cuda.synchronize()
    with no_sync(one.device):
        engine.generate(replace(request, seed=9))
    torch.cuda.synchronize()


def test_a_seed_gives_the_same_image_as_on_the_cpu() -> None:
    start = torch.rand((3, 128, 128), generator=torch.Generator().manual_seed(1))
    images = [
        open_diffuser("starter", torch.device(name), LoadOptions(Library()))
        .generate(frame_request(128, start.to(name)))
        .cpu()
        for name in ("cpu", "cuda")
    ]
    # The tolerance is for half against single precision.
    assert float((images[0] - images[1]).abs().mean()) < 0.02


def test_the_compiled_model_generates_what_the_eager_one_does() -> None:
    start = torch.rand((3, 128, 128), generator=torch.Generator().manual_seed(1)).to("cuda")
    eager, compiled = (
        open_diffuser("starter", torch.device("cuda"), LoadOptions(speed=speed))
        for speed in ("eager", "compiled")
    )
    for change in ({}, {"seed": 3}, {"strength": 0.2}, {"cfg_scale": 1.0}):
        request = replace(frame_request(128, start), **change)
        # The tolerance is for half precision and other kernels.
        assert float((eager.generate(request) - compiled.generate(request)).abs().mean()) < 0.02


@pytest.mark.parametrize("precision", ["fp32", "bf16", "vae-bf16"])
def test_every_precision_generates_nearly_the_same(precision: Precision) -> None:
    start = torch.rand((3, 128, 128), generator=torch.Generator().manual_seed(1)).to("cuda")
    usual, other = (
        open_stable("starter", torch.device("cuda"), LoadOptions(precision=asked))
        for asked in ("auto", precision)
    )
    assert usual.precision == "fp16" and other.precision == precision
    request = frame_request(128, start)
    assert float((usual.generate(request) - other.generate(request)).abs().mean()) < 0.02


def test_running_out_of_memory_says_what_would_fit() -> None:
    diffuser = open_diffuser("starter", torch.device("cuda"))
    torch.cuda.set_per_process_memory_fraction(0.02)
    try:
        with pytest.raises(AnimatorError, match=r"out of memory while \w+ 8192 x 8192 on cuda"):
            diffuser.generate(replace(frame_request(8192, None), steps=1))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
