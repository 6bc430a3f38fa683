"""Frames per second of our loop, of a plain diffusers loop, and of the bare model, on the same weights."""

import json
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from animator.models.diffusion.engine import UNetEngine
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.prompts.tokens import clip_tokenizer
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.retry import generate_with_retry
from animator.models.diffusion.unet_model import UNetModel
from animator.models.torchvision_ops import declare_missing_ops
from schedules import PromptFrame

STEPS, STRENGTH, SCALE = 20, 0.6, 7.0
STEPS_RUN = 8
PROMPT, NEGATIVE = "a lake at dawn, mist", "blurry"


@dataclass(frozen=True)
class Bench:
    """One line of the table.

    Attributes:
        described: A diffusers folder whose JSON describes the architecture.
        side: Of the image, in pixels.
        device: Where everything runs.
        dtype: Precision of the weights.
        speed: "eager" or "compiled"; of our loop alone.
    """

    described: Path
    side: int
    device: torch.device
    dtype: torch.dtype
    speed: Any = "eager"

    def wait(self) -> None:
        """Returns when the device has done all."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def per_second(self, work: Callable[[int], Any], count: int) -> float:
        """How often `work` is done in a second, after three times for warming up."""
        for index in range(3):
            work(index)
        self.wait()
        began = time.perf_counter()
        for index in range(count):
            work(index)
        self.wait()
        return count / (time.perf_counter() - began)


@dataclass(frozen=True)
class Rates:
    """Frames per second; `held` is the memory in use after each of some further frames of ours, in bytes."""

    plain: float
    ours: float
    bare: float
    held: tuple[int, ...]


def measured(bench: Bench, count: int = 12) -> Rates:
    """The rates of the three loops, one after the other."""
    made = random_pipeline(bench)
    plain = bench.per_second(_plain(made, bench), count)
    engine = UNetEngine(UNetModel.of("random", made), LoadOptions(speed=bench.speed), bench.device)
    ours = _ours(engine, bench)
    rate = bench.per_second(ours, count)
    bare = bench.per_second(lambda _: _bare(engine, bench), count)
    held = []
    for index in range(count + 8):
        ours(index)
        held.append(torch.cuda.memory_allocated() if bench.device.type == "cuda" else 0)
    return Rates(plain, rate, bare, tuple(held))


def random_pipeline(bench: Bench) -> Any:
    """A text-to-image pipeline of the architecture, with random weights."""
    declare_missing_ops()
    import diffusers
    import transformers

    def read(part: str, name: str = "config.json") -> dict[str, Any]:
        return json.loads((bench.described / part / name).read_text())

    def build(part: str) -> Any:
        torch.random.manual_seed(0)
        described = read(part)
        with torch.device(bench.device):
            if part.startswith("text_encoder"):
                kind = getattr(transformers, described["architectures"][0])
                made = kind(transformers.CLIPTextConfig(**described))
            else:
                made = getattr(diffusers, described["_class_name"]).from_config(described)
        return made.to(bench.dtype).eval()

    is_xl = (bench.described / "text_encoder_2").is_dir()
    parts = {part: build(part) for part in ("unet", "vae", "text_encoder")}
    _add_contrast(parts["vae"], bench)
    scheduler = diffusers.EulerDiscreteScheduler.from_config(read("scheduler", "scheduler_config.json"))
    parts |= {"tokenizer": clip_tokenizer(pad_token="<|endoftext|>"), "scheduler": scheduler}
    if is_xl:
        parts |= {"text_encoder_2": build("text_encoder_2"), "tokenizer_2": clip_tokenizer(pad_token="!")}
        return diffusers.StableDiffusionXLPipeline(**parts, add_watermarker=False)
    nothing = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    return diffusers.StableDiffusionPipeline(**parts, **nothing)


@torch.no_grad()
def _add_contrast(vae: Any, bench: Bench) -> None:
    """Has the decoder's images span the usual range: our loop draws images of one color again."""
    generator = torch.Generator().manual_seed(0)
    latent = torch.randn((1, vae.config.latent_channels, 8, 8), generator=generator)
    spread = vae.decode(latent.to(bench.device, bench.dtype)).sample.float().std()
    for weight in vae.decoder.conv_out.parameters():
        weight.mul_(0.5 / spread)


def asked(side: int, image: Tensor | None, index: int = 0) -> GenerationRequest:
    """A frame: eight of twenty steps of Euler's method, with guidance."""
    return GenerationRequest(
        frame=index,
        size=(side, side),
        image=image,
        prompt=PromptFrame(PROMPT, NEGATIVE),
        strength=STRENGTH,
        steps=STEPS,
        cfg_scale=SCALE,
        sampler="Euler",
        seed=index,
    )


def _plain(made: Any, bench: Bench) -> Callable[[int], None]:
    """A frame of a loop as people write it: the pipeline's image, 8-bit and on the CPU, goes back in."""
    from diffusers import AutoPipelineForImage2Image
    from PIL import Image

    pipeline = AutoPipelineForImage2Image.from_pipe(made)
    pipeline.set_progress_bar_config(disable=True)
    random = np.random.default_rng(0).integers(0, 256, (bench.side, bench.side, 3), np.uint8)
    before: Any = Image.fromarray(random)

    def frame(index: int) -> None:
        nonlocal before
        before = pipeline(
            prompt=PROMPT,
            negative_prompt=NEGATIVE,
            image=before,
            strength=1 - STRENGTH,
            num_inference_steps=STEPS,
            guidance_scale=SCALE,
            generator=torch.Generator().manual_seed(index),
        ).images[0]

    return frame


def _ours(engine: UNetEngine, bench: Bench) -> Callable[[int], None]:
    image = torch.rand((3, bench.side, bench.side), generator=torch.Generator().manual_seed(0))
    image = image.to(bench.device)

    def frame(index: int) -> None:
        nonlocal image
        image = generate_with_retry(engine.generate, asked(bench.side, image, index), engine.upcast_vae)

    return frame


@torch.no_grad()
def _bare(engine: UNetEngine, bench: Bench) -> None:
    """The model's own calls for one frame: one encoding, eight steps with guidance, one decoding."""
    model = engine.model
    latent = model.autoencoder.encode(torch.zeros((3, bench.side, bench.side), device=bench.device))
    width = model.unet.config.cross_attention_dim
    context = torch.zeros((2, 77, width), device=bench.device, dtype=bench.dtype)
    added = None
    if model.family == "sdxl":
        pooled = model.encoders.encoders[1].model.config.projection_dim
        added = {"text_embeds": context.new_zeros(2, pooled), "time_ids": context.new_zeros(2, 6)}
    both = latent.to(bench.dtype).expand(2, -1, -1, -1)
    timestep = torch.full((2,), 500.0, device=bench.device)
    for _ in range(STEPS_RUN):
        model.unet(both, timestep, encoder_hidden_states=context, added_cond_kwargs=added, return_dict=False)
    model.autoencoder.decode(latent, (bench.side, bench.side))


def without_waiting(device: torch.device) -> Any:
    """A context in which CUDA raises at whatever waits for the device; elsewhere nothing happens."""
    if device.type != "cuda":
        return nullcontext()
    return _Forbidden()


class _Forbidden:
    def __enter__(self) -> None:
        torch.cuda.set_sync_debug_mode("error")

    def __exit__(self, *_: object) -> None:
        torch.cuda.set_sync_debug_mode("default")
