"""Diffusion models behind one seam."""
