"""Trainings as jobs: their settings in requests, the work on them in a worker, and what they leave."""
