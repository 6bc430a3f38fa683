"""What the settings say about every frame: plans, and ways to look at them."""
