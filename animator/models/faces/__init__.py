"""Face restoration: finds the faces of an image, and restores each by a network made for aligned faces."""
