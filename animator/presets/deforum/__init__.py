"""Deforum settings files: read, of any generation, and written."""

from animator.presets.deforum.importing import Imported, import_settings, import_text, settings_from_text
from animator.settings.import_notes import Effect, Note

__all__ = ["Effect", "Imported", "Note", "import_settings", "import_text", "settings_from_text"]
