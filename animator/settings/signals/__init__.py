"""What formulas know of sounds and tables: the settings that name them, and the values of their variables."""
