"""What is trained: each kind attaches its weights to the model, and writes them to a file."""
