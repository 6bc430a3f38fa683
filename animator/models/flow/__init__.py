"""Optical flow between images: RAFT, DIS and Farneback behind the `FlowModel` protocol, and warping by it.

A flow is (2, H, W) float32 on the images' device: how far the first image's content moves to the right and
down to get to its position in the second, in pixels.
"""
