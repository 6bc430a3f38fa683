"""ControlNet unions: one network for several kinds of control images, each call of which says the kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from animator.models.diffusion.checkpoints.control_tasks import TASKS

_HEAD = 40
"""Width of an attention head between the control images: 320 channels have 8."""


def is_union(net: Any) -> bool:
    """Returns True for diffusers' ControlNetUnionModel."""
    return type(net).__name__ == "ControlNetUnionModel"


@dataclass(frozen=True, eq=False)
class UnionCall:
    """A union network, called as a ControlNet is.

    Attributes:
        net: diffusers' ControlNetUnionModel.
        task: What the control image shows.
    """

    net: Any
    task: str

    def __call__(
        self, *, controlnet_cond: Tensor, return_dict: bool, **inputs: Any
    ) -> tuple[Sequence[Tensor], Tensor]:
        """Returns the residuals of the down blocks' layers, and that of the middle block."""
        number = TASKS.index(self.task)
        rows = controlnet_cond.shape[0]
        kinds = torch.zeros(rows, self.net.config.num_control_type, device=controlnet_cond.device)
        kinds[:, number] = 1.0
        outputs: tuple[Sequence[Tensor], Tensor] = self.net(
            **inputs,
            controlnet_cond=[controlnet_cond],
            control_type=kinds.to(controlnet_cond.dtype),
            control_type_idx=[number],
            return_dict=return_dict,
        )
        return outputs


def union_architecture(config: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Any]:
    """Returns the arguments of diffusers' ControlNetUnionModel for tensors of these shapes.

    Args:
        config: The arguments of its ControlNetModel, all of which but the middle block's it shares.
        shapes: Tensor shapes by `flat_name`.
    """
    tasks, width = shapes["task_embedding"]
    layers = {name.split("_")[2] for name in shapes if name.startswith("transformer_layes_")}
    return {
        **{name: value for name, value in config.items() if name != "mid_block_type"},
        "num_control_type": tasks,
        "num_trans_channel": width,
        "num_trans_head": max(1, width // _HEAD),
        "num_trans_layer": len(layers),
        "num_proj_channel": shapes["spatial_ch_projs_weight"][0],
    }
