"""From settings and models to a filled pipeline."""
