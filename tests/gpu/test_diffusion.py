"""The diffuser on a GPU, with the architectures of Stable Diffusion 1.5 and XL and random weights.

    pytest -m gpu -n 0 tests/gpu/test_diffusion.py

Prints frames per second of our loop, of a plain diffusers image-to-image loop with PIL between frames, and of
the bare calls of U-Net and VAE.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from animator.diffusion.engine import UNetEngine
from animator.diffusion.library import Library
from animator.diffusion.options import Options
from animator.diffusion.request import Request
from animator.diffusion.soundness import drawn_soundly
from animator.diffusion.stable import open_diffuser
from animator.diffusion.tokens import clip_tokenizer
from animator.diffusion.unet_model import UNetModel
from animator.torchvision_ops import declare_missing_ops
from schedules import PromptFrame

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]

SIDES = {"sd1": 512, "sdxl": 1024}


def random_pipeline(family: str) -> Any:
    """The real architecture with random half precision weights, on the GPU."""
    declare_missing_ops()
    import diffusers
    import transformers

    root = Path(str(resources.files("animator.diffusion.configs"))) / family

    def config(part: str) -> dict[str, Any]:
        return json.loads((root / part / "config.json").read_text())

    def build(part: str) -> Any:
        torch.random.manual_seed(0)
        with torch.device("cuda"):
            if part.startswith("text_encoder"):
                described = config(part)
                kind = getattr(transformers, described["architectures"][0])
                return kind(transformers.CLIPTextConfig(**described)).half().eval()
            described = config(part)
            return getattr(diffusers, described["_class_name"]).from_config(described).half().eval()

    parts = {part: build(part) for part in ("unet", "vae", "text_encoder")}
    scheduler = diffusers.EulerDiscreteScheduler(
        **json.loads((root / "scheduler/scheduler_config.json").read_text())
    )
    parts |= {"tokenizer": clip_tokenizer(pad_token="<|endoftext|>"), "scheduler": scheduler}
    if family == "sdxl":
        parts |= {"text_encoder_2": build("text_encoder_2"), "tokenizer_2": clip_tokenizer(pad_token="!")}
        return diffusers.StableDiffusionXLPipeline(**parts)
    nothing = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    return diffusers.StableDiffusionPipeline(**parts, **nothing)


def asked(side: int, picture: torch.Tensor | None, index: int = 0) -> Request:
    return Request(
        frame=index,
        size=(side, side),
        picture=picture,
        prompt=PromptFrame("a lake at dawn, mist", "blurry"),
        strength=0.6,
        steps=20,
        cfg_scale=7.0,
        sampler="Euler",
        seed=index,
    )


def per_second(work: Callable[[int], Any], count: int = 12) -> float:
    for index in range(3):
        work(index)
    torch.cuda.synchronize()
    began = time.perf_counter()
    for index in range(count):
        work(index)
    torch.cuda.synchronize()
    return count / (time.perf_counter() - began)


@pytest.mark.parametrize("speed", ["eager", "compiled"])
@pytest.mark.parametrize("family", SIDES)
def test_loop_against_a_plain_one(family: str, speed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from diffusers import AutoPipelineForImage2Image

    side, device = SIDES[family], torch.device("cuda")
    made = random_pipeline(family)
    plain = AutoPipelineForImage2Image.from_pipe(made)
    plain.set_progress_bar_config(disable=True)
    before: Any = _image(torch.rand(3, side, side))

    def theirs(index: int) -> None:
        nonlocal before
        generator = torch.Generator().manual_seed(index)
        before = plain(
            prompt="a lake at dawn, mist",
            negative_prompt="blurry",
            image=before,
            strength=0.4,
            num_inference_steps=20,
            guidance_scale=7.0,
            generator=generator,
        ).images[0]

    rates = {"plain": per_second(theirs)}
    engine = UNetEngine(UNetModel.of(family, made), Options(speed=speed), device)
    picture = torch.rand(3, side, side, device=device)

    def ours(index: int) -> None:
        nonlocal picture
        picture = drawn_soundly(engine.draw, asked(side, picture, index), engine.widen)

    rates["ours"] = per_second(ours)
    rates["bare"] = per_second(lambda index: _bare(engine, side))
    torch.cuda.reset_peak_memory_stats()
    held = []
    for index in range(20):
        ours(index)
        held.append(torch.cuda.memory_allocated())
    with capsys.disabled():
        peak = torch.cuda.max_memory_allocated() / 2**30
        share = rates["ours"] / rates["bare"]
        print(f"\n{family} {side} {speed}: {rates}, of bare {share:.2f}, peak {peak:.2f} GiB")  # noqa: T201
    assert held[-1] <= held[4]  # memory is flat


@torch.no_grad()
def _bare(engine: UNetEngine, side: int) -> None:
    """The model's own calls for one frame: one encoding, eight steps with guidance, one decoding."""
    model = engine.model
    latent = model.autoencoder.encode(torch.rand(3, side, side, device="cuda"))
    context = torch.zeros(2, 77, model.unet.config.cross_attention_dim, device="cuda", dtype=torch.float16)
    added = None
    if model.family == "sdxl":
        added = {"text_embeds": context.new_zeros(2, 1280), "time_ids": context.new_zeros(2, 6)}
    both = latent.half().expand(2, -1, -1, -1)
    for _ in range(8):
        model.unet(both, 500, encoder_hidden_states=context, added_cond_kwargs=added, return_dict=False)
    model.autoencoder.decode(latent, (side, side))


def _image(picture: torch.Tensor) -> Any:
    from PIL import Image

    return Image.fromarray((picture.permute(1, 2, 0).numpy() * 255).astype(np.uint8))


def test_a_seed_means_the_same_picture_as_on_the_cpu() -> None:
    start = torch.rand((3, 128, 128), generator=torch.Generator().manual_seed(1))
    pictures = [
        open_diffuser("starter", torch.device(name), Options(Library()))
        .draw(asked(128, start.to(name)))
        .cpu()
        for name in ("cpu", "cuda")
    ]
    # Half against single precision.
    assert float((pictures[0] - pictures[1]).abs().mean()) < 0.02


def test_running_out_of_memory_says_what_would_fit() -> None:
    from animator.errors import AnimatorError

    diffuser = open_diffuser("starter", torch.device("cuda"))
    torch.cuda.set_per_process_memory_fraction(0.02)
    try:
        with pytest.raises(AnimatorError, match="out of memory while drawing 8192 x 8192 on cuda"):
            diffuser.draw(replace(asked(8192, None), steps=1))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
