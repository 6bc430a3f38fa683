"""What is made of finished frames: larger pictures, pictures between them, and films of those."""
