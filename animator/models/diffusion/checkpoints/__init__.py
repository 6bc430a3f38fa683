"""Checkpoints and other model files: found by name, identified, loaded."""
