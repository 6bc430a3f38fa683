"""One file per family of scenes; each function takes a view and gives a draft."""
