"""Plans: the values of all settings at every frame, as a `Timeline`, tables, plots and lint warnings."""

from animator.core.deprecated import moved_names

__getattr__ = moved_names(__name__, {"Timeline": "animator.timeline.timeline"})
