"""Masks for inpainting and for noise: expressions over image files, clips and words."""
