"""Image encoders of the depth networks: timm models with feature maps from four levels (LeViT: three).

Each has the timm network as `model` and a `forward(x)` that returns feature maps (N, C, h, w), finest first.
"""

from animator.models.torchvision_ops import declare_missing_ops

declare_missing_ops()  # the modules here import timm, which imports torchvision
