"""The page on which single images are generated."""
