"""Prepares a model with a U-Net for generating: `prepare`."""

import torch

from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.merged_upsampling import merge_last_layers
from animator.models.diffusion.unet_model import UNetModel


def prepare(model: UNetModel, options: LoadOptions) -> None:
    """Sets evaluation mode, channels-last weights and the VAE's precision and tiling."""
    vae = model.autoencoder.model
    merge_last_layers(vae.decoder)
    for part in (model.unet, vae):
        part.to(memory_format=torch.channels_last)
    for part in model.parts.values():
        part.eval().requires_grad_(requires_grad=False)
    if getattr(vae.config, "force_upcast", False):
        vae.to(torch.float32)  # SDXL's own VAE overflows in half precision
    if options.memory == "low" and hasattr(vae, "enable_tiling"):
        vae.enable_tiling()
