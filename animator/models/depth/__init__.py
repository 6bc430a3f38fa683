"""Depth estimation behind the `DepthModel` protocol: MiDaS, DPT, Depth-Anything, ZoeDepth, a built-in one."""
