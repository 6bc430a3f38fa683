"""How the built-in depth network was made: scenes with exact depth, augmentation, the loop."""
