"""Procedural scenes: the images, captions and exact depths that the built-in models learn from.

`render.scene(seed, size)` gives one. A family of scenes is one file of `families/`, listed in `registry`.
"""
