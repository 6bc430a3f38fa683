"""Prepares a model with a U-Net for generating: `prepare`."""

import torch

from animator.models.diffusion.load_options import LoadOptions, Precision
from animator.models.diffusion.merged_upsampling import merge_last_layers
from animator.models.diffusion.precision import set_precision
from animator.models.diffusion.unet_model import UNetModel


def prepare(model: UNetModel, options: LoadOptions, device: torch.device) -> Precision:
    """Sets evaluation mode, channels-last weights, precision and the VAE's tiling; returns the precision.

    Args:
        model: A loaded model, on the CPU.
        options: Memory and precision.
        device: Device it will run on.
    """
    vae = model.autoencoder.model
    merge_last_layers(vae.decoder)
    for part in (model.unet, vae):
        part.to(memory_format=torch.channels_last)
    for part in model.parts.values():
        part.eval().requires_grad_(requires_grad=False)
    if options.memory == "low" and hasattr(vae, "enable_tiling"):
        vae.enable_tiling()
    return set_precision(model, options, device)
