"""IP-Adapters: find and load them, encode images for them, and let the U-Net attend to those."""
