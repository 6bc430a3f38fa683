"""Loads text encoders from single files, in the layouts of transformers and of ComfyUI."""

from pathlib import Path
from typing import Any

import torch

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.config_file import read_config
from animator.models.diffusion.checkpoints.library import INDEX
from animator.models.diffusion.network_files.read import read_stored

_UNUSED = ("lm_head.weight",)
"""Weights that make words of what a language model thinks, which no pipeline asks for."""


def load_text_encoder(path: Path, parts: Path, name: str, dtype: torch.dtype) -> Any:
    """Returns a text encoder, on the CPU; fp8 weights are unpacked.

    Args:
        path: A .safetensors file.
        parts: Diffusers folder with the encoder's config.
        name: Of the component in that folder.
        dtype: Precision of its weights.

    Raises:
        ModelError: The file is broken, or does not hold the encoder that the folder describes.
    """
    import transformers

    _, class_name = read_config(parts / INDEX)[name]
    kind = getattr(transformers, class_name)
    config = kind.config_class.from_pretrained(str(parts / name), local_files_only=True)
    state = {key: stored.numbers().to(dtype) for key, stored in read_stored(path).items()}
    encoder, loading = kind.from_pretrained(
        None, config=config, state_dict=state, dtype=dtype, output_loading_info=True
    )
    missing = sorted(set(loading["missing_keys"]) - set(_UNUSED))
    if missing or loading["mismatched_keys"]:
        wrong = missing or [key for key, *_ in loading["mismatched_keys"]]
        raise ModelError(
            f"{path}: does not hold the text encoder that {parts / name} describes: {len(wrong)} of its "
            f"tensors are not there or of another size, such as {wrong[0]}; use the file of that encoder in "
            "the layout of transformers or ComfyUI"
        )
    return encoder.eval()
