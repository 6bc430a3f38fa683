"""Models behind small seams: diffusion, depth, optical flow, preprocessors. They know no settings and no plan."""
