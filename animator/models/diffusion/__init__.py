"""Diffusion models behind the `Diffuser` protocol: Stable Diffusion 1, 2, XL and 3, Flux, and plugins."""
