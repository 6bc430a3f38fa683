"""Measures what a frame costs on this machine, by stage: `measure` renders some frames of a film."""
