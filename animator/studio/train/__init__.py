"""The page on which models are taught: data, settings, progress, results."""
