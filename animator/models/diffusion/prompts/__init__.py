"""Prompts: their language, their tokens, and what the networks are conditioned on."""
