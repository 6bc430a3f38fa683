"""`fastest_precision`: which networks of a model are faster in bfloat16 on this CPU, by a measurement."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.load_options import Precision
from animator.models.diffusion.unet_model import UNetModel

GAIN = 1.1
"""bfloat16 is chosen where a frame is at least this many times faster with it."""
CALLS = 4
"""Calls of the U-Net, with and without the prompt, that a frame is taken to make."""
ROUNDS = 3
ENOUGH_S = 2.0
"""After this CPU time a network is not measured again: calls that long are measured once."""
TOKENS = 77

Clock = Callable[[], float]
_is_fine = time.get_clock_info("thread_time").resolution < 1e-3
THREAD_CLOCK: Clock = time.thread_time if _is_fine else time.perf_counter
"""Seconds of the calling thread, whatever else runs; of the wall where the system counts those coarsely."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a network.

    Attributes:
        fp32: In single precision.
        bf16: In bfloat16.
    """

    fp32: float
    bf16: float


@torch.no_grad()
def fastest_precision(model: UNetModel, size: tuple[int, int], clock: Clock = THREAD_CLOCK) -> Precision:
    """Returns the precision in which a frame is made fastest on this CPU: "fp32", "vae-bf16" or "bf16".

    Each network is called once to three times in both precisions, in turn, so that other programs slow both
    alike; that takes about as long as two frames. The weights are left as they are.

    Args:
        model: On the CPU, in single precision.
        size: Width and height of the frames.
        clock: Returns seconds.
    """
    vae, unet = model.autoencoder, model.unet
    width, height = size
    image = torch.zeros((3, height, width))
    latent = vae.encode(image)
    guided = torch.zeros((2, unet.config.in_channels, *latent.shape[2:]))

    def code() -> None:
        vae.decode(vae.encode(image), size)

    def denoise() -> None:
        unet(**_cast(_inputs(model, guided), unet.dtype), return_dict=False)

    return choose(_cost(vae.model, code, clock), _cost(unet, denoise, clock))


def choose(vae: Cost, unet: Cost) -> Precision:
    """Returns the precision of the lowest cost of a frame; of two nearly equal ones, the more precise."""
    frames: tuple[tuple[Precision, float], ...] = (
        ("vae-bf16", vae.bf16 + CALLS * unet.fp32),
        ("bf16", vae.bf16 + CALLS * unet.bf16),
    )
    chosen: Precision = "fp32"
    lowest = vae.fp32 + CALLS * unet.fp32
    for precision, cost in frames:
        if cost * GAIN < lowest:
            chosen, lowest = precision, cost
    return chosen


def _cost(network: torch.nn.Module, call: Callable[[], None], clock: Clock) -> Cost:
    """Returns the shortest times of a call in both precisions."""
    tensors = [
        tensor for tensor in chain(network.parameters(), network.buffers()) if tensor.is_floating_point()
    ]
    weights = {"fp32": [t.data for t in tensors], "bf16": [t.data.to(torch.bfloat16) for t in tensors]}
    times: dict[str, list[float]] = {"fp32": [], "bf16": []}
    start = clock()
    try:
        while len(times["bf16"]) < ROUNDS and (not times["bf16"] or clock() - start < ENOUGH_S):
            for name, taken in times.items():
                _use(tensors, weights[name])
                began = clock()
                call()
                taken.append(clock() - began)
    finally:
        _use(tensors, weights["fp32"])
    return Cost(min(times["fp32"]), min(times["bf16"]))


def _use(tensors: list[Tensor], weights: list[Tensor]) -> None:
    for tensor, weight in zip(tensors, weights, strict=True):
        tensor.data = weight


def _inputs(model: UNetModel, guided: Tensor) -> dict[str, Any]:
    """Returns the U-Net's keyword arguments for a latent with and without the prompt (2, C, h, w)."""
    config = model.unet.config
    rows = len(guided)
    inputs: dict[str, Any] = {
        "sample": guided,
        "timestep": torch.full((rows,), 500.0),
        "encoder_hidden_states": torch.zeros((rows, TOKENS, config.cross_attention_dim)),
    }
    if config.get("time_cond_proj_dim") is not None:
        inputs["timestep_cond"] = torch.zeros((rows, config["time_cond_proj_dim"]))
    sizes = model.sizes((512, 512), guided.device, torch.float32)
    if sizes is not None:
        width = config.projection_class_embeddings_input_dim
        pooled = width - sizes.shape[1] * config.addition_time_embed_dim
        inputs["added_cond_kwargs"] = {
            "text_embeds": torch.zeros((rows, pooled)),
            "time_ids": sizes.expand(rows, -1),
        }
    return inputs


def _cast(value: Any, dtype: torch.dtype) -> Any:
    """Returns tensors in another precision; so are those in dicts, but for timesteps."""
    if isinstance(value, dict):
        return {name: part if name == "timestep" else _cast(part, dtype) for name, part in value.items()}
    return value.to(dtype)
