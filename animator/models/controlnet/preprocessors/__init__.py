"""ControlNet preprocessors, in groups; `kinds` has their names and thresholds, `find` chooses one.

A preprocessor takes and returns an image (3, H, W), RGB in [0, 1], on its device. Thresholds are those of the
ControlNet extension for A1111, in 8-bit units if they are brightness. No result is stretched by its own
extremes, so that a control image does not flicker with the clip.
"""
