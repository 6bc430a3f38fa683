"""Image encoders of the depth networks: timm models, read at four (LeViT: three) depths.

Each is a module with the timm network as `model` and `forward(x) -> list of maps (N, C, h, w)`, finest first.
"""

from animator.models.torchvision_ops import declare_missing_ops

declare_missing_ops()  # the modules here import timm, which imports torchvision
