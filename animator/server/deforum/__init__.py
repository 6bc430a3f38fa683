"""Deforum's API: batches and jobs, the simple API, versions. Clients made for Deforum run unchanged."""
