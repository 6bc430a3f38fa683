"""Messages about interpolators, which checks log without loading torch."""

WITHOUT_WEIGHTS = (
    "frame_interpolation: %s needs its weights in frame_interpolation.model; "
    "using optical flow instead (engine: flow)"
)
"""Warning about an engine without weights; takes its name."""
