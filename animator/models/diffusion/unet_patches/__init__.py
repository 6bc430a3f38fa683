"""Changes of a U-Net that hold while it generates: FreeU, deep shrink, hypernetworks."""
