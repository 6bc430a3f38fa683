"""Builders: `build_pipeline` turns a film's settings and models into a filled `Pipeline`."""
