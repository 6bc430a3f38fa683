"""The curves of a film: its schedules, prompts and sound over time, and the edits of their keys."""
