"""Prompts in A1111's syntax: parsed, tokenized in chunks of 75, and encoded as conditioning."""
