"""A mask's tree -> a mask (H, W): 1 inside, 0 outside, between where it is soft."""

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from animator.masks.expression import Leaf, Node, Not

_JOINED: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "&": torch.minimum,
    "|": torch.maximum,
    "^": lambda left, right: (left - right).abs(),
    "\\": lambda left, right: torch.minimum(left, 1.0 - right),
}
"""For masks of 0 and 1 these are the operations on sets; between, they keep soft edges soft."""


def compose(node: Node, mask_of: Callable[[Leaf], Tensor]) -> Tensor:
    """The mask (H, W), [0, 1], of a tree.

    Args:
        node: The tree.
        mask_of: Gives the mask (H, W) of a leaf; all of one size.
    """
    if isinstance(node, Leaf):
        return mask_of(node)
    if isinstance(node, Not):
        return 1.0 - compose(node.inner, mask_of)
    return _JOINED[node.mark](compose(node.left, mask_of), compose(node.right, mask_of))


def binarize(mask: Tensor) -> Tensor:
    """A mask (H, W) of 0 and 1 whose dots are as dense as the mask is strong: Deforum's way with soft masks.

    Source:
        Floyd and Steinberg (1976), as Pillow does it in whole levels of 255.
    """
    levels = mask.detach().mul(255.0).round().to(torch.uint8).cpu().numpy()
    dots = np.array(Image.fromarray(levels).convert("1"))
    return torch.from_numpy(dots).to(mask.device, torch.float32)
