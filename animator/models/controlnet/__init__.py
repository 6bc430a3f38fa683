"""ControlNet units: where their pictures come from, what is made of them, and how they reach the diffuser."""
