"""Reads the tensors of a network's file, packed ones as they are: `read_stored`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from animator.core.json_text import parse_json
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.gguf_header import GGUF, GGUFTensor, read_gguf_header
from animator.models.diffusion.network_files.packed import Float8, Stored, blocks_of
from animator.models.gguf_package import check_gguf_package
from animator.models.weights import read_tensors

_FLOAT8 = (torch.float8_e4m3fn, torch.float8_e5m2)
_NUMBERS = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
_SCALES = (".scale_weight", ".weight_scale")
"""What the names of a layer's scale end with: as ComfyUI wrote it first, and as it writes it now."""
_UNUSED = (".scale_input", ".input_scale")
"""Scales of what goes into a layer, for programs that multiply in fp8."""
_MARKS = ("scaled_fp8", ".scaled_fp8")
_FORM = ".comfy_quant"
_KNOWN_FORMS = ("float8_e4m3fn", "float8_e5m2")


def read_stored(path: Path) -> dict[str, Stored]:
    """Returns the tensors of a .safetensors or GGUF file by name.

    Raises:
        ModelError: It cannot be read, is packed in a form that is not known, or lacks a scale.
    """
    if path.suffix == GGUF:
        check_gguf_package(path)
        return _read_gguf(path)
    return _with_scales(path, read_tensors(path))


def _read_gguf(path: Path) -> dict[str, Stored]:
    header = read_gguf_header(path)
    with path.open("rb") as file:
        stored = {}
        for name, tensor in header.tensors.items():
            file.seek(tensor.start)
            data = torch.from_numpy(np.fromfile(file, np.uint8, tensor.bytes))
            if data.numel() < tensor.bytes:
                raise ModelError(f"{path}: is truncated within {name}; download or copy it again")
            stored[name] = _stored(data, tensor)
        return stored


def _stored(data: Tensor, tensor: GGUFTensor) -> Stored:
    kind = tensor.kind
    if kind.name in _NUMBERS:
        return Stored(data.view(_NUMBERS[kind.name]).reshape(tensor.shape))
    return Stored(data.reshape(*tensor.shape[:-1], -1), blocks_of(kind))


def _with_scales(path: Path, tensors: Mapping[str, Tensor]) -> dict[str, Stored]:
    scales = dict(_scales(tensors))
    is_scaled = bool(scales) or any(name.endswith(_MARKS) for name in tensors)
    stored: dict[str, Stored] = {}
    for name, tensor in tensors.items():
        if name.endswith(_FORM):
            _check_form(path, name, tensor)
        elif name.endswith((*_SCALES, *_UNUSED, *_MARKS)):
            continue
        elif tensor.dtype in _FLOAT8:
            scale = scales.get(name)
            _check_scale(path, name, tensor, scale, is_scaled=is_scaled)
            stored[name] = Stored(tensor.view(torch.uint8), Float8(tensor.dtype), scale)
        else:
            stored[name] = Stored(tensor)
    return stored


def _scales(tensors: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """Yields the scale of each weight that has one, by the weight's name."""
    for name, tensor in tensors.items():
        for end in _SCALES:
            if name.endswith(end):
                yield f"{name.removesuffix(end)}.weight", tensor.to(torch.float32).flatten()


def _check_scale(path: Path, name: str, tensor: Tensor, scale: Tensor | None, *, is_scaled: bool) -> None:
    if scale is None:
        if is_scaled and name.endswith(".weight") and tensor.ndim == 2:
            raise ModelError(
                f"{path}: {name} is scaled fp8, but the file lacks its scale, "
                f"{name.removesuffix('.weight')}{_SCALES[0]}; download the file again, or use one that is "
                "not scaled"
            )
    elif not tensor.ndim or scale.numel() not in (1, tensor.shape[0]):
        raise ModelError(
            f"{path}: the scale of {name} has {scale.numel()} numbers; expected one, or one for each row of "
            f"its shape {tuple(tensor.shape)}"
        )


def _check_form(path: Path, name: str, tensor: Tensor) -> None:
    """Checks that a layer is packed in a form that is known, which ComfyUI writes as JSON.

    Raises:
        ModelError: It is not.
    """
    text = bytes(tensor.flatten()[:1000].to(torch.uint8).tolist()).decode("utf-8", "replace")
    try:
        described = parse_json(text)
    except ValueError:
        described = None
    form = described.get("format") if isinstance(described, dict) else None
    if form not in _KNOWN_FORMS:
        raise ModelError(
            f"{path}: {name} says that the layer is packed as {str(form)[:80]!r}; expected "
            f"{' or '.join(_KNOWN_FORMS)}: use an fp8 or GGUF file of the model"
        )
