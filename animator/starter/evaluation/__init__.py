"""How good a model of the scenes is, measured on what it has never seen."""
