"""Plans: everything the settings say about each frame, and tables and plots of them."""

from animator.core.deprecated import moved_names

__getattr__ = moved_names(__name__, {"Timeline": "animator.timeline.timeline"})
