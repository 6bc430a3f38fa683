"""`ImageEncoder`: a CLIP vision model, which turns images into what IP-Adapters read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from animator.core.paths import is_file
from animator.errors import ModelError
from animator.models.diffusion.load_pipeline import quiet_diffusers
from animator.models.model_folder import check_model_folder, use_safetensors
from animator.models.weights import read_tensors

_LARGEST = 255  # of an 8-bit pixel
_HEADS = {768: 12, 1024: 16, 1280: 16, 1664: 16}
"""Attention heads by width, which the tensors of a file do not tell."""
_QUICK = (768, 1024)
"""Widths of the encoders whose activation is the quick form of GELU."""


class ImageEncoder:
    """A loaded encoder."""

    def __init__(self, model: Any) -> None:
        """Wraps transformers' CLIPVisionModelWithProjection."""
        from transformers import CLIPImageProcessor

        side = int(model.config.image_size)
        self._model = model.eval().requires_grad_(requires_grad=False)
        self._processor = CLIPImageProcessor(size=side, crop_size=side)

    def to(self, device: torch.device, dtype: torch.dtype) -> None:
        """Moves it to a device, in a precision."""
        self._model.to(device, dtype)

    def pixels(self, image: Tensor) -> Tensor:
        """Returns an image (3, h, w) as the model takes it: its middle, as a square of the model's size."""
        # In 8 bits, as it is in its file: the resampling rounds.
        levels = image.mul(_LARGEST).round().clamp(0, _LARGEST).to("cpu", torch.uint8)
        pixels = self._processor(levels, return_tensors="pt").pixel_values
        return torch.as_tensor(pixels).to(self._model.device, self._model.dtype)

    def no_pixels(self) -> Tensor:
        """Returns the pixels that stand for no image: zeros, which are gray."""
        side = int(self._model.config.image_size)
        return torch.zeros((1, 3, side, side), device=self._model.device, dtype=self._model.dtype)

    def embedding(self, pixels: Tensor) -> Tensor:
        """Returns the embedding (1, width) of pixels."""
        return torch.as_tensor(self._model(pixels).image_embeds)

    def layer(self, pixels: Tensor) -> Tensor:
        """Returns the output (1, patches + 1, width) of the last layer but one."""
        return torch.as_tensor(self._model(pixels, output_hidden_states=True).hidden_states[-2])


def load_encoder(path: Path) -> ImageEncoder:
    """Loads an image encoder, on the CPU.

    Args:
        path: A folder as transformers saves it, or one file with the names of its tensors.

    Raises:
        ModelError: It is broken, or may not be read.
    """
    with quiet_diffusers(str(path)):
        from transformers import CLIPVisionModelWithProjection

        if is_file(path):
            return ImageEncoder(_from_file(path))
        check_model_folder(path)
        model = CLIPVisionModelWithProjection.from_pretrained(
            path, local_files_only=True, use_safetensors=use_safetensors(path)
        )
        return ImageEncoder(model)


def _from_file(path: Path) -> Any:
    from transformers import CLIPVisionModelWithProjection

    tensors = {name: tensor for name, tensor in read_tensors(path).items() if "position_ids" not in name}
    try:
        config = _config(path, {name: tuple(tensor.shape) for name, tensor in tensors.items()})
    except (KeyError, IndexError) as error:
        raise ModelError(f"{path}: is broken: it lacks {error}; download or copy it again") from error
    with torch.device("meta"):
        model = CLIPVisionModelWithProjection(config)
    wanted = model.state_dict()
    wrong = [name for name in wanted if name not in tensors or tensors[name].shape != wanted[name].shape]
    if wrong:
        raise ModelError(f"{path}: is not a CLIP vision model: {wrong[0]} is missing or of another size")
    model.load_state_dict({name: tensors[name] for name in wanted}, assign=True)
    embeddings = model.vision_model.embeddings
    embeddings.position_ids = torch.arange(embeddings.num_positions)[None]  # a buffer that is in no file
    return model


def _config(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Any:
    """Returns the config of an encoder with tensors of these shapes."""
    from transformers import CLIPVisionConfig

    head = "vision_model.embeddings"
    width, patch = (shapes[f"{head}.patch_embedding.weight"][axis] for axis in (0, 2))
    if width not in _HEADS:
        raise ModelError(
            f"{path}: is an image encoder of the unknown width {width}; name the folder with its config.json"
        )
    patches = shapes[f"{head}.position_embedding.weight"][0] - 1
    layers = {name.split(".")[3] for name in shapes if name.startswith("vision_model.encoder.layers.")}
    return CLIPVisionConfig(
        hidden_size=width,
        intermediate_size=shapes["vision_model.encoder.layers.0.mlp.fc1.weight"][0],
        num_hidden_layers=len(layers),
        num_attention_heads=_HEADS[width],
        image_size=round(patches**0.5) * patch,
        patch_size=patch,
        projection_dim=shapes["visual_projection.weight"][0],
        hidden_act="quick_gelu" if width in _QUICK else "gelu",
    )
