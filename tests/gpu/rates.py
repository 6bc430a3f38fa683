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

from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.prompts.tokens import clip_tokenizer
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.retry import generate_with_retry
from animator.models.diffusion.unet_engine import UNetEngine
from animator.models.diffusion.unet_model import UNetModel
from animator.models.torchvision_ops import declare_missing_ops
from schedules import PromptFrame
from tests.opened import engine_of

STEPS, STRENGTH, SCALE = 20, 0.6, 7.0
STEPS_RUN = 8
PROMPT, NEGATIVE = "a lake at dawn, mist", "blurry"


@dataclass(frozen=True)
class Bench:
    """One line of the table.

    Attributes:
        architecture: A diffusers folder whose JSON describes the networks.
        side: Side of the image in pixels.
        device: Device of all models.
        dtype: Precision of the weights.
        speed: "eager" or "compiled"; for our loop only.
    """

    architecture: Path
    side: int
    device: torch.device
    dtype: torch.dtype
    speed: Any = "eager"

    def wait(self) -> None:
        """Waits until the device has finished."""
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def per_second(self, work: Callable[[int], Any], count: int) -> float:
        """Returns the calls of `work` per second, after three warm-up calls."""
        for index in range(3):
            work(index)
        self.wait()
        start = time.perf_counter()
        for index in range(count):
            work(index)
        self.wait()
        return count / (time.perf_counter() - start)


@dataclass(frozen=True)
class Rates:
    """Frames per second of the three loops.

    Attributes:
        plain: A plain diffusers loop.
        ours: Our loop.
        bare: The bare calls of the networks.
        memory: Allocated bytes after each of some further frames of our loop.
    """

    plain: float
    ours: float
    bare: float
    memory: tuple[int, ...]


def measure_rates(bench: Bench, count: int = 12) -> Rates:
    """Measures the three loops one after the other."""
    pipeline = random_pipeline(bench)
    plain = bench.per_second(_plain(pipeline, bench), count)
    engine = engine_of(UNetModel.of("random", pipeline), bench.device, LoadOptions(speed=bench.speed))
    ours = _ours(engine, bench)
    rate = bench.per_second(ours, count)
    bare = bench.per_second(lambda _: _bare(engine, bench), count)
    memory = []
    for index in range(count + 8):
        ours(index)
        memory.append(torch.cuda.memory_allocated() if bench.device.type == "cuda" else 0)
    return Rates(plain, rate, bare, tuple(memory))


def random_pipeline(bench: Bench) -> Any:
    """Returns a text-to-image pipeline of the architecture, with random weights."""
    declare_missing_ops()
    import diffusers
    import transformers

    def read(part: str, name: str = "config.json") -> dict[str, Any]:
        return json.loads((bench.architecture / part / name).read_text())

    def build(part: str) -> Any:
        torch.random.manual_seed(0)
        config = read(part)
        with torch.device(bench.device):
            if part.startswith("text_encoder"):
                network_class = getattr(transformers, config["architectures"][0])
                network = network_class(transformers.CLIPTextConfig(**config))
            else:
                network = getattr(diffusers, config["_class_name"]).from_config(config)
        return network.to(bench.dtype).eval()

    is_xl = (bench.architecture / "text_encoder_2").is_dir()
    parts = {part: build(part) for part in ("unet", "vae", "text_encoder")}
    _add_contrast(parts["vae"], bench)
    scheduler = diffusers.EulerDiscreteScheduler.from_config(read("scheduler", "scheduler_config.json"))
    parts |= {"tokenizer": clip_tokenizer(pad_token="<|endoftext|>"), "scheduler": scheduler}
    if is_xl:
        parts |= {"text_encoder_2": build("text_encoder_2"), "tokenizer_2": clip_tokenizer(pad_token="!")}
        return diffusers.StableDiffusionXLPipeline(**parts, add_watermarker=False)
    no_checker = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    return diffusers.StableDiffusionPipeline(**parts, **no_checker)


@torch.no_grad()
def _add_contrast(vae: Any, bench: Bench) -> None:
    """Scales the decoder's output to the usual contrast, since our loop retries images of one color."""
    generator = torch.Generator().manual_seed(0)
    latent = torch.randn((1, vae.config.latent_channels, 8, 8), generator=generator)
    spread = vae.decode(latent.to(bench.device, bench.dtype)).sample.float().std()
    for weight in vae.decoder.conv_out.parameters():
        weight.mul_(0.5 / spread)


def frame_request(side: int, image: Tensor | None, index: int = 0) -> GenerationRequest:
    """Returns the request of a frame: eight of twenty Euler steps, with guidance."""
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


def _plain(text_to_image: Any, bench: Bench) -> Callable[[int], None]:
    """Returns a frame of the usual loop, which feeds the pipeline's 8-bit image on the CPU back in."""
    from diffusers import AutoPipelineForImage2Image
    from PIL import Image

    pipeline = AutoPipelineForImage2Image.from_pipe(text_to_image)
    pipeline.set_progress_bar_config(disable=True)
    random = np.random.default_rng(0).integers(0, 256, (bench.side, bench.side, 3), np.uint8)
    last: Any = Image.fromarray(random)

    def frame(index: int) -> None:
        nonlocal last
        last = pipeline(
            prompt=PROMPT,
            negative_prompt=NEGATIVE,
            image=last,
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
        image = generate_with_retry(
            engine.generate, frame_request(bench.side, image, index), engine.upcast_vae
        )

    return frame


@torch.no_grad()
def _bare(engine: UNetEngine, bench: Bench) -> None:
    """Runs the networks' calls for one frame: one encoding, eight steps with guidance, one decoding."""
    model = engine.model
    latent = model.autoencoder.encode(torch.zeros((3, bench.side, bench.side), device=bench.device))
    width = model.unet.config.cross_attention_dim
    context = torch.zeros((2, 77, width), device=bench.device, dtype=bench.dtype)
    added_cond = None
    if model.family == "sdxl":
        pooled = model.encoders.encoders[1].model.config.projection_dim
        added_cond = {"text_embeds": context.new_zeros(2, pooled), "time_ids": context.new_zeros(2, 6)}
    latents = latent.to(bench.dtype).expand(2, -1, -1, -1)
    timestep = torch.full((2,), 500.0, device=bench.device)
    inputs = {"encoder_hidden_states": context, "added_cond_kwargs": added_cond}
    for _ in range(STEPS_RUN):
        model.unet(latents, timestep, **inputs, return_dict=False)
    model.autoencoder.decode(latent, (bench.side, bench.side))


def no_sync(device: torch.device) -> Any:
    """Returns a context in which CUDA raises an error on any synchronization; a null context elsewhere."""
    if device.type != "cuda":
        return nullcontext()
    return _NoSync()


class _NoSync:
    def __enter__(self) -> None:
        torch.cuda.set_sync_debug_mode("error")

    def __exit__(self, *_: object) -> None:
        torch.cuda.set_sync_debug_mode("default")
