"""Descriptions of model families whose single files carry none, and the vocabulary of CLIP."""
