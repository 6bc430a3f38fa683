"""How the built-in diffusion model is made: data, autoencoder, denoiser, distillation."""
