"""LoRA files: read, matched to layers, merged into weights."""
