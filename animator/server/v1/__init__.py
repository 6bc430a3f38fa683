"""Our own API, below the path /api/v1: jobs, what belongs to them, and what can be asked before."""
