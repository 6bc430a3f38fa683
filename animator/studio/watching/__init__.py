"""What pages show of a job: its progress, frames, film, metrics, and what can be asked of it."""
