"""Frame interpolation: images between two frames, by optical flow or by networks."""
