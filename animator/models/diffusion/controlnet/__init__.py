"""ControlNets: finds and loads them, and computes the residuals that they add to the U-Net."""
