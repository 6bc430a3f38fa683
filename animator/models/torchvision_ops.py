"""Makes `import torchvision` work with a torch that cannot load its compiled operators.

PyPI's torchvision is built for CUDA. With a CPU-only torch its operators do not load, and importing it
(or timm, transformers and diffusers, which do) fails with `operator torchvision::nms does not exist`. We
use none of those operators: declaring the two that the import needs is enough.
"""

import importlib.machinery
import importlib.util
from functools import lru_cache

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@lru_cache(maxsize=1)
def declare_missing_ops() -> object | None:
    """Declares the missing operators; returns the torch library with them, or None if none is missing.

    Call before the first import of torchvision, timm, transformers or diffusers. The result is cached
    because a torch library loses its operators when it is garbage-collected.
    """
    import torch

    if _compiled_ops_load():
        return None
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        library.define(schema)
    return library


def _compiled_ops_load() -> bool:
    """Returns True if torchvision is not installed, or its compiled operators load with this torch."""
    import torch

    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.submodule_search_locations is None:
        return True
    extension = importlib.machinery.PathFinder.find_spec("_C", list(spec.submodule_search_locations))
    if extension is None or extension.origin is None:
        return False
    try:
        torch.ops.load_library(extension.origin)
    except OSError:  # linked against libraries that this torch lacks
        return False
    return hasattr(torch.ops.torchvision, "nms")
