"""Keyframe schedules: text in, one value per frame out. Needs numpy and numexpr only."""
