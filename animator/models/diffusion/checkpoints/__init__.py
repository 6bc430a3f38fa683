"""Model files: finds them by name, identifies them by their tensors, hashes them for the records."""
