"""Webhooks: what happens to a job is sent to a URL that its client gave."""
