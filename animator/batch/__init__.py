"""Many films from many presets: one after the other or side by side, each in its own run folder."""
