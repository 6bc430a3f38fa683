"""Images as jobs: they wait in memory for a worker, as those who ask for them wait for the answer."""
