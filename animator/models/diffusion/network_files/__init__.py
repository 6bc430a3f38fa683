"""Networks, text encoders and VAEs from single files, whose weights may stay packed."""
