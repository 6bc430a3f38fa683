"""Training of the built-in diffusion model: data, autoencoder, denoiser, distillation."""

from animator.models.torchvision_ops import declare_missing_ops

declare_missing_ops()  # the modules here import diffusers and transformers, which import torchvision
