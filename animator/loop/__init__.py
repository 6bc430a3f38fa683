"""The render loop: plans in, frames out."""

from animator.core.deprecated import moved_names

__getattr__ = moved_names(__name__, {"Frame": "animator.loop.render"})
