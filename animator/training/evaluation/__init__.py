"""Evaluation of a model on held-out scenes."""

from animator.models.torchvision_ops import declare_missing_ops

declare_missing_ops()  # the modules here import diffusers and transformers, which import torchvision
