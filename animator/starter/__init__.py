"""The built-in models, small enough to ship, so that everything works offline."""
