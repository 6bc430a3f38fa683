"""The page on which images and films are found again."""
