"""The prompts of a film as a list along its time."""
