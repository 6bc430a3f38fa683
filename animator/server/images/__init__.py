"""Images that requests ask for: what they send with them, and the wait for the result."""
