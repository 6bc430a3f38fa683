"""Elements that the library lacks: each a class, and beside it the script that draws it in the browser."""
