"""Loads what single files give of a flow-matching model; a diffusers folder has the rest."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.file_header import read_header
from animator.models.diffusion.checkpoints.find import Checkpoint
from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.checkpoints.identify import identify, identify_header
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.parts import (
    NETWORK,
    VAE,
    find_parts,
    is_network,
    text_encoder_files,
)
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.network_files.load import load_network
from animator.models.diffusion.network_files.text_encoders import load_text_encoder
from animator.models.diffusion.network_files.vae import load_vae_file


def load_components(
    checkpoint: Checkpoint, options: LoadOptions, dtype: torch.dtype
) -> tuple[Path, Mapping[str, Any]]:
    """Returns the folder with the rest of a model, and the components that do not come from there.

    Args:
        checkpoint: A file that holds the network of a flow-matching model.
        options: Where the rest is.
        dtype: Precision of what is not packed.

    Raises:
        ModelError: Something is missing, broken or of another family.
    """
    path = Path(checkpoint.location)
    header = read_header(path)
    parts = find_parts(checkpoint.name, header, options.library, options.rest)
    family = FLOW_FAMILIES[identify_header(header).family]
    files = text_encoder_files(parts, options.library, options.rest)
    loaded = {name: load_text_encoder(file, parts, name, dtype) for name, file in files.items()}
    loaded[NETWORK] = load_network(path, family, parts, dtype)
    return parts, loaded


def rest_of(checkpoint: Checkpoint, options: LoadOptions) -> Mapping[str, Path]:
    """Returns where the rest of a network's model is: the folder `parts`, and the files beside it.

    Args:
        checkpoint: Any model; one that lacks nothing has no rest.
        options: Where the rest is.

    Raises:
        ModelError: As `load_components`.
    """
    path = Path(checkpoint.location)
    if checkpoint.kind != "file" or not is_network(identify(path)):
        return {}
    parts = find_parts(checkpoint.name, read_header(path), options.library, options.rest)
    vae = {VAE: vae_path(options.vae, options.library)} if options.vae else {}
    return {"parts": parts, **text_encoder_files(parts, options.library, options.rest), **vae}


def vae_path(name: str, library: Library) -> Path:
    """Returns the file or folder of a VAE by its name in settings.

    Raises:
        ModelError: It is missing, or is a file of something else.
    """
    location = library.locate(name)
    if location is None:
        raise ModelError(f"vae {name}: there is no such file or folder, here or in {library.searched}")
    if location.is_file() and (kind := identify(location)).what not in ("vae", "checkpoint"):
        raise ModelError(f"vae {name}: is not a VAE but a file of kind {kind}")
    return location


def load_flow_vae(path: Path, parts: Path, dtype: torch.dtype) -> Any:
    """Returns the VAE of a flow-matching model from a file.

    Args:
        path: The file.
        parts: Diffusers folder with the VAE's config.
        dtype: Precision of its weights.

    Raises:
        ModelError: The file is broken, or does not hold that VAE.
    """
    import diffusers

    config = diffusers.AutoencoderKL.load_config(str(parts / VAE), local_files_only=True)
    return load_vae_file(path, getattr(diffusers, config["_class_name"]), config, dtype)
