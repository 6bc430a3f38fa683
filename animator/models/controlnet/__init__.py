"""ControlNet preprocessors: make control images from images; independent of the diffusion models."""
