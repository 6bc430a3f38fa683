"""Makes control images from the images of an order, as ControlNet's preprocessors do."""

import numpy as np
import torch

from animator.generation.canvas import open_image
from animator.images.image import image_of, png_of, to_uint8
from animator.jobs.images.generation import ImageReports
from animator.jobs.images.signals import EarlyEnd
from animator.jobs.images.work import ControlImages, MadeImage
from animator.models.controlnet.preprocessors.find import find_preprocessor
from animator.models.controlnet.preprocessors.open import Networks
from animator.models.controlnet.preprocessors.resize import resize_to
from animator.models.depth.model import DepthModel
from animator.models.depth.open_depth import open_depth
from animator.models.diffusion.checkpoints.library import Library
from animator.models.folders import model_folders

_DEPTH_MODEL = "starter"


def preprocess(work: ControlImages, device: torch.device, end: EarlyEnd, reports: ImageReports) -> None:
    """Makes control images until all are made, or an end is asked for.

    Args:
        work: What to make.
        device: Device of the networks.
        end: Ends it after an image.
        reports: Where reports go.

    Raises:
        UserError: An image cannot be read, or a network is missing.
    """

    def open_network() -> DepthModel:
        return open_depth(_DEPTH_MODEL, device, folders=model_folders())

    networks = Networks(device, Library(model_folders()), open_network)
    process = find_preprocessor(work.module, work.thresholds, networks)
    for path in work.images:
        if end.is_interrupted:
            return
        image = image_of(open_image(path), None, device)
        if work.resolution:
            scale = work.resolution / min(image.shape[1:])
            height, width = (max(1, round(side * scale)) for side in image.shape[1:])
            image = resize_to(image, (width, height), "stretch")
        reports.made(MadeImage(png_of(np.ascontiguousarray(to_uint8(process(image))))))
