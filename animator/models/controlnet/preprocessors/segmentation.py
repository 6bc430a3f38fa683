"""`Segmentation`: the things in an image, each in the color of its class."""

from dataclasses import dataclass

import torch
from torch import Tensor

from animator.images.side_stream import to_device
from animator.models.controlnet.preprocessors.palette import PALETTE
from animator.models.pretrained.load import PretrainedNetwork

_TASK = "the task is semantic"
"""What OneFormer is told."""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Colors each pixel by its class.

    Attributes:
        network: A network for the classes of ADE20K.
        task: (1, n), the words that a OneFormer is told; None for other networks.
        colors: (150, 3), [0, 1], on its device.
    """

    network: PretrainedNetwork
    task: Tensor | None
    colors: Tensor

    @torch.no_grad()
    def __call__(self, image: Tensor) -> Tensor:
        """Returns the colors (3, H, W) of an image (3, H, W)."""
        told = {} if self.task is None else {"task_inputs": self.task}
        size, network = tuple(image.shape[1:]), self.network
        with network.running():
            outputs = network.model(**network.inputs(image), **told)
            (classes,) = network.processor.post_process_semantic_segmentation(outputs, target_sizes=[size])
        return self.colors[classes].permute(2, 0, 1).contiguous().to(image.device)


def segmentation(network: PretrainedNetwork) -> Segmentation:
    """Returns the preprocessor of a network; that of a OneFormer is told its task."""
    is_told = network.model.config.model_type == "oneformer"
    with network.running():
        task = to_device(_task_tokens(network), network.device) if is_told else None
    colors = torch.from_numpy(PALETTE.copy()).to(torch.float32).div_(255.0)
    return Segmentation(network, task, to_device(colors, network.device))


def _task_tokens(network: PretrainedNetwork) -> Tensor:
    """Returns the tokens (1, n) of the task; those of the padding are 0."""
    from transformers import CLIPTokenizer

    tokenizer = CLIPTokenizer.from_pretrained(network.folder, local_files_only=True)
    length = int(network.model.config.task_seq_len)
    tokens = tokenizer([_TASK], padding="max_length", max_length=length, truncation=True, return_tensors="pt")
    return torch.as_tensor(tokens.input_ids * tokens.attention_mask)
