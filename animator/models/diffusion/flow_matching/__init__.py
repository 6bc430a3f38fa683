"""Flow-matching transformers (Flux, Qwen-Image, Z-Image ...), through their own diffusers pipelines."""
