"""Masks: where a film is redrawn and where noise acts, as expressions over files, films and words."""
