"""Teaches a model a style, a thing or a word from a folder of images.

The kinds are LoRA, Dreambooth, embedding and hypernetwork. `train_model` runs a training in a run folder, and
resumes it there. Its settings are `TrainingSettings`.
"""
