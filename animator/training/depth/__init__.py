"""Training of the built-in depth network: scenes with exact depth, augmentation, training loop."""
