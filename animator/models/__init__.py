"""Models behind small protocols: diffusion, depth, optical flow and ControlNet preprocessors."""
