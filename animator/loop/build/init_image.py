"""`read_init_image`: the image that a film starts from."""

import torch
from torch import Tensor

from animator.images.image import image_of
from animator.images.image_file import decode_file
from animator.settings import Animation


def read_init_image(animation: Animation, device: torch.device) -> Tensor:
    """Returns the init image (3, H, W) at the film's size.

    It is read over black like every image, unless its alpha channel is the mask: then alpha is not
    transparency, and the colors of clear parts are those that the film keeps.

    Raises:
        UserError: It cannot be read.
    """
    decoded = decode_file(animation.init.image)
    shown = decoded.color if animation.mask.use_alpha_as_mask else decoded.over_black
    return image_of(shown, animation.size, device)
