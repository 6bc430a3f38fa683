"""Run folders: rendering into them, resuming them, and what is made from their frames."""
