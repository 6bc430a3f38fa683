"""Precision of a model: the usual one of its device, the one asked for, or the fastest one measured."""

import logging
from typing import Any

import torch

from animator.models.device import has_bfloat16
from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.measured_precision import fastest_precision
from animator.models.diffusion.unet_model import UNetModel

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
"""By the names of precisions."""

log = logging.getLogger(__name__)


def usual_precision(precision: Precision, device: torch.device, *, is_transformer: bool = False) -> Precision:
    """Returns the precision that a model has on a device unless it is measured; never "auto".

    Args:
        precision: The one asked for. "auto" is fp32 on a CPU, and half precision on other devices: bf16 for
            transformers, which overflow in fp16. fp16 is fp32 on a CPU, which computes no faster in it.
        device: Device it will run on.
        is_transformer: True for flow-matching models.
    """
    if precision == "auto":
        half: Precision = "bf16" if is_transformer else "fp16"
        return "fp32" if device.type == "cpu" else half
    return "fp32" if precision == "fp16" and device.type == "cpu" else precision


def load_dtype(precision: Precision, device: torch.device, *, is_transformer: bool) -> torch.dtype:
    """Returns the precision in which the weights of a pipeline are loaded; arguments as `usual_precision`.

    U-Nets are loaded in single precision on a CPU and converted after, so that merged layers and text
    encoders are the same whether bf16 was asked for or measured.
    """
    if device.type == "cpu" and not is_transformer:
        return torch.float32
    usual = usual_precision(precision, device, is_transformer=is_transformer)
    if usual == "vae-bf16":
        usual = usual_precision("auto", device, is_transformer=is_transformer)
    return DTYPES[usual]


def set_precision(model: UNetModel, options: LoadOptions, device: torch.device) -> Precision:
    """Gives the U-Net and VAE of a prepared model the precision asked for; returns it.

    Args:
        model: On the CPU, as `prepare` leaves it.
        options: Where they ask for a measurement, the fastest precision on this CPU is used.
        device: Device it will run on.
    """
    chosen = usual_precision(options.precision, device)
    measured_at = options.on(device).measured_at
    if options.precision == "auto" and measured_at is not None:
        chosen = fastest_precision(model, measured_at)
    _warn_if_slow(chosen, device)
    vae = model.autoencoder.model
    if chosen == "bf16":
        model.unet.to(torch.bfloat16)
    if chosen in ("bf16", "vae-bf16"):
        vae.to(torch.bfloat16)
    if getattr(vae.config, "force_upcast", False) and vae.dtype == torch.float16:
        vae.to(torch.float32)  # SDXL's own VAE overflows in fp16, not in bf16
    return chosen


def set_vae_precision(vae: Any, precision: Precision, device: torch.device) -> Precision:
    """Gives the VAE of a loaded transformer its precision; returns that of the whole.

    Args:
        vae: On the CPU; the other networks have theirs since `load_dtype`.
        precision: The one asked for.
        device: Device it will run on.
    """
    chosen = usual_precision(precision, device, is_transformer=True)
    _warn_if_slow(chosen, device)
    if chosen == "vae-bf16":
        vae.to(torch.bfloat16)
    return chosen


def _warn_if_slow(precision: Precision, device: torch.device) -> None:
    """Logs a warning where a CPU has to imitate bfloat16."""
    if device.type == "cpu" and "bf16" in precision and not has_bfloat16():
        log.warning(
            "diffusion.precision: %s on a CPU without AMX or AVX512-BF16 instructions takes several times "
            "longer than fp32; a run that began with it keeps it, so that its frames match",
            precision,
        )
