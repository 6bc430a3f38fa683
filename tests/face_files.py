"""Files of face restoration in their real formats, small enough for tests."""

from pathlib import Path

import torch
from torch import Tensor

from animator.models.faces.align import TEMPLATE
from animator.models.faces.find import YUNET_FILES
from animator.models.torchvision_ops import declare_missing_ops
from tests.onnx_files import yunet

POINTS = (TEMPLATE - TEMPLATE.mean(0)) * 0.2 + 4
"""The points of a face (5, 2) that `write_detector`'s detector finds, from the corner of a pure red cell."""


def write_detector(folder: Path) -> Path:
    """Writes a detector of pure red cells of 8 x 8 pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / YUNET_FILES[0]
    path.write_bytes(yunet(POINTS, 100.0))
    return path


def restoreformer() -> dict[str, Tensor]:
    """Random weights of a small network in the layout of RestoreFormer's file; needs spandrel."""
    declare_missing_ops()
    from spandrel.architectures.RestoreFormer import RestoreFormer

    torch.manual_seed(0)
    network = RestoreFormer(
        n_embed=8, embed_dim=32, ch=32, ch_mult=(1,) * 6, num_res_blocks=1, attn_resolutions=(16,),
        z_channels=32, head_size=8,
    )  # fmt: skip
    return dict(network.state_dict())
