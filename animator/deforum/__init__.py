"""Deforum settings files: read, of any generation, and written."""

from animator.deforum.importing import Imported, import_settings, import_text, settings_from_text
from animator.deforum.notes import Effect, Note

__all__ = ["Effect", "Imported", "Note", "import_settings", "import_text", "settings_from_text"]
