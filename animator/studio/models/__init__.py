"""The page of the models: what is found, and what it is good for."""
