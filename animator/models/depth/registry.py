"""Registry of depth networks, collected from their families. Importing it loads no torch."""

from animator.models.depth.families import (
    depth_anything,
    depth_anything_3,
    dpt,
    levit,
    midas,
    moge_2,
    next_vit,
    swin,
    video_depth_anything,
    zoe,
)
from animator.models.depth.spec import DepthModelSpec

PLUGINS = "animator.depth_models"
"""Entry point group for plugin networks; see `open_depth`."""

# Files with equal keys are told apart by file name; otherwise the first match here is used.
MODELS: tuple[DepthModelSpec, ...] = (
    *midas.MODELS,
    *dpt.MODELS,
    *swin.MODELS,
    *next_vit.MODELS,
    *levit.MODELS,
    *depth_anything.MODELS,
    *depth_anything_3.MODELS,
    *video_depth_anything.MODELS,
    *moge_2.MODELS,
    *zoe.MODELS,
)
"""The built-in networks."""
