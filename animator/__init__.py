"""Deforum-style films: schedules drive a warped picture that a diffusion model redraws.

Importing this package loads no torch, no model, and writes nothing.
"""

__version__ = "0.1.0"
