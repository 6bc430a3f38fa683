"""Checks of a film before it renders, shared by `check`, `render`, `resume`, `batch` and `render_run`."""
