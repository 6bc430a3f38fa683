"""Writes pipelines: `save_folder`, a diffusers folder; `save_checkpoint`, one file in the original layout."""

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from animator.core.paths import exists
from animator.models.diffusion.network_files.original_file import original_tensors
from animator.models.write_tensors import system_error, write_tensors


def save_folder(pipeline: Any, folder: Path, *, replaces: bool = False) -> None:
    """Writes a diffusers folder, which gets its name when it is complete.

    Args:
        pipeline: Of diffusers.
        folder: The new folder.
        replaces: True to replace one that exists.

    Raises:
        OSError: The disk is full, the folder exists, and so on; everything is as before then.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial, old = (folder.with_name(f".animator-{secrets.token_hex(8)}.part") for _ in range(2))
    try:
        pipeline.save_pretrained(partial, safe_serialization=True)
        if replaces and exists(folder):
            folder.rename(old)
        try:
            os.rename(partial, folder)  # noqa: PTH104 (fails where it exists, which Path.rename may not)
        except BaseException:
            if exists(old):
                old.rename(folder)
            raise
    except SafetensorError as error:
        raise system_error(error, folder) from error
    finally:
        for rest in (partial, old):
            shutil.rmtree(rest, ignore_errors=True)


def save_checkpoint(pipeline: Any, family: str, path: Path, metadata: Mapping[str, str]) -> None:
    """Writes one .safetensors file in the layout of A1111 and ComfyUI.

    Args:
        pipeline: Of Stable Diffusion 1, 2 or XL.
        family: "sd1", "sd2" or "sdxl".
        path: The file.
        metadata: Texts of its header.

    Raises:
        OSError: The disk is full, and so on; the old content is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    write_tensors(path, original_tensors(pipeline, family), metadata)
