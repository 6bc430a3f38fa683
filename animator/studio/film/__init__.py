"""The page on which a film is written: its preset, its curves, what it will cost."""
