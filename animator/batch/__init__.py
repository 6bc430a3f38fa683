"""Batches: many films from many presets, one after the other or in parallel, each in its own run folder."""
