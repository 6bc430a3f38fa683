"""Plugins in a package of its own: an example, which the tests install."""
