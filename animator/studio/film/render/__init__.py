"""The part of the film page that says what a film takes, previews it, renders it and shows its jobs."""
