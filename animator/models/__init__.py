"""Models behind small seams: diffusion, depth, optical flow, preprocessors; they know no settings."""
