"""Video models, which generate the images between two images: Wan first-last-frame, LTX."""
