"""Presets, settings files and records: reading, checking and writing what describes a film."""
