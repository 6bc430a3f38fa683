"""Ways to make the in-between frames of a cadence group."""
