"""Upscaling of finished frames, by Lanczos or by networks."""
