"""Optical flow: how the pixels of one image moved to become another, and what to do with it.

A flow is (2, H, W) float32 on the images' device: shift (right, down) in pixels of the first image's
content on its way to the second.
"""
