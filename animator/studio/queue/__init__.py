"""The page of the jobs: what waits, what renders, what came of it."""
