"""The settings of a film: one file for each family of groups, and `Animation`, which holds them all."""

from animator.settings.animation import MAX_FRAMES, SCHEMA_VERSION, Animation
from animator.settings.diffusion import Diffusion

__all__ = ["MAX_FRAMES", "SCHEMA_VERSION", "Animation", "Diffusion"]
