"""The form of a film's settings, made from their catalog."""
