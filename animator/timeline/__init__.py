"""Plans: the values of all settings at every frame, as a `Timeline`, tables, plots and lint warnings."""
