"""Tweens: ways to make the in-between frames of a cadence group, such as `Composed` and `LookAhead`."""
