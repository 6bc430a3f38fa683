"""Lets `import torchvision` succeed beside a torch that cannot load its compiled operators.

PyPI's torchvision is built for CUDA. Beside a CPU-only torch its operators do not load, and its own
import (and with it timm, transformers and diffusers) dies with `operator torchvision::nms does not
exist`. We use none of those operators: declaring the two that the import looks for is enough.
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
    """The torch library that holds the declarations, or None where nothing was missing.

    Call before the first import of torchvision, timm, transformers or diffusers. The result is cached
    because a torch library forgets its operators when it is collected.
    """
    import torch

    if _compiled_ops_load():
        return None
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        library.define(schema)
    return library


def _compiled_ops_load() -> bool:
    """True where torchvision is absent or its compiled operators register beside this torch."""
    import torch

    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.submodule_search_locations is None:
        return True
    found = importlib.machinery.PathFinder.find_spec("_C", list(spec.submodule_search_locations))
    if found is None or found.origin is None:
        return False
    try:
        torch.ops.load_library(found.origin)
    except OSError:  # linked against libraries that this torch does not bring
        return False
    return hasattr(torch.ops.torchvision, "nms")
