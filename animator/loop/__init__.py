"""The render loop: `render` turns the plans of a film into frames by way of a `Pipeline` and its steps."""

from animator.core.deprecated import moved_names

__getattr__ = moved_names(__name__, {"Frame": "animator.loop.render"})
