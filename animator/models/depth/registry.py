"""The depth networks that can be opened, collected from their families; reading them loads no torch."""

from animator.models.depth.families import depth_anything, dpt, levit, midas, next_vit, swin, zoe
from animator.models.depth.spec import DepthModelSpec

PLUGINS = "animator.depth_models"
"""The entry points with which other packages add a depth network; see `opening`."""

# Networks of equal layout are told apart by the name of the file, else the first one here is taken.
MODELS: tuple[DepthModelSpec, ...] = (
    *midas.MODELS,
    *dpt.MODELS,
    *swin.MODELS,
    *next_vit.MODELS,
    *levit.MODELS,
    *depth_anything.MODELS,
    *zoe.MODELS,
)
"""The built-in networks."""
