"""The precision that a flow-matching network computes in."""

from typing import Any

import torch


def computing_dtype(transformer: Any) -> torch.dtype:
    """Returns the precision that a transformer computes in; packed weights have another."""
    dtype: torch.dtype = transformer.dtype
    return dtype if dtype.is_floating_point and dtype.itemsize > 1 else torch.bfloat16
