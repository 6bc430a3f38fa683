"""How good a model of the scenes is, measured on what it has never seen."""

from animator.models.torchvision_ops import declare_missing_ops

declare_missing_ops()  # the modules here import diffusers and transformers, which import torchvision
