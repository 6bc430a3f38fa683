"""Images of a training: found, described, fitted to sizes, encoded, and put in order."""
