"""Procedural scenes: images, captions and exact depth for training the built-in models.

`render.scene(seed, size)` renders one. A family of scenes is one file of `families/`, listed in `registry`.
"""
