"""LoRA files: reads them, matches them to a model's layers, merges them into its weights."""
