"""Building blocks that know nothing of films: whole files, bounded caches, downloads; no torch."""
