"""Changes single settings in a preset's YAML, and leaves the rest of the text as it is."""

from animator.presets.edit.settings import EditError, remove_value, set_value

__all__ = ["EditError", "remove_value", "set_value"]
