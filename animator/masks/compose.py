"""Evaluates the tree of a mask expression to a mask (H, W): 1 inside, 0 outside, in between on soft edges."""

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from animator.images.side_stream import to_device, to_host
from animator.masks.expression import Leaf, Node, Not

_OPERATORS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "&": torch.minimum,
    "|": torch.maximum,
    "^": lambda left, right: (left - right).abs(),
    "\\": lambda left, right: torch.minimum(left, 1.0 - right),
}
"""On masks of 0 and 1 these are the set operations; soft edges stay soft."""


def compose(node: Node, mask_of: Callable[[Leaf], Tensor]) -> Tensor:
    """Returns the mask (H, W), [0, 1], of a tree.

    Args:
        node: The tree.
        mask_of: Returns the mask (H, W) of a leaf; all masks have one size.
    """
    if isinstance(node, Leaf):
        return mask_of(node)
    if isinstance(node, Not):
        return 1.0 - compose(node.inner, mask_of)
    return _OPERATORS[node.mark](compose(node.left, mask_of), compose(node.right, mask_of))


def binarize(mask: Tensor) -> Tensor:
    """Returns a mask (H, W) of 0 and 1, dithered from a soft one, as Deforum does.

    Source:
        Floyd and Steinberg (1976), by Pillow in 8 bits.
    """
    levels = mask.detach().mul(255.0).round().to(torch.uint8)
    dots = np.array(Image.fromarray(to_host(levels).numpy()).convert("1"))
    return to_device(torch.from_numpy(dots), mask.device).to(torch.float32)
