"""Building blocks that know nothing of animation: atomic writes, caches, downloads, plug-ins; no torch."""
