"""ControlNets: found, loaded, and their residuals added at every step."""
