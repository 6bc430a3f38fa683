"""Reads Deforum settings files of any version, and writes them."""

from animator.presets.deforum.importing import Imported, import_settings, import_text, settings_from_text
from animator.settings.import_notes import Effect, Note

__all__ = ["Effect", "Imported", "Note", "import_settings", "import_text", "settings_from_text"]
