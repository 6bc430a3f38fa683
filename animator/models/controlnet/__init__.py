"""ControlNet units: where their images come from, what is made of them, and how they reach the diffuser."""
