"""What is made of finished frames: larger images, images between them, and films of those."""
