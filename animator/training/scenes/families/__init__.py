"""Families of scenes, one file each; a kind of scene is a function that takes a view and returns an image."""
