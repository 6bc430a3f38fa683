"""Cameras as numbers: named moves, paths through points, poses, and the files that other programs read."""
