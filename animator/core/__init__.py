"""Small foundations that need no torch."""
