"""Single images: generated from a prompt, over an image, inside a mask, beyond an edge; one or many."""
