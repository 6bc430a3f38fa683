"""What another package adds to animator: an example, and what the tests install."""
