"""Networks of tiny flow-matching models as single files, in the layouts and precisions that people have."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.models.diffusion.checkpoints.layout_tables import LAYOUTS

Tensors = Mapping[str, Tensor]
FP8 = torch.float8_e4m3fn
_SCALED = re.compile(
    r".*(query_norm|key_norm|qnorm|knorm|prenorm|postnorm|last\.norm|txtmlp\.0|\.norms\.\d+)"
)
"""Layers whose weights their makers call scale."""
_SWAPPED = "AdaLayerNormContinuous"


def original(network: Any, family: str) -> dict[str, Tensor]:
    """The tensors of a network in the layout of its makers, which is the reverse of diffusers' converters."""
    state = network.state_dict()
    made: dict[str, Tensor] = {}
    taken: set[str] = set()
    for name, targets in LAYOUTS[family].items():
        if not targets:
            continue
        for number in _numbers(state, targets[0]):
            layers = [target.replace("#", number) for target in targets]
            old = name.replace("#", number)
            for leaf in ("weight", "bias", ""):
                names = [f"{layer}.{leaf}" if leaf else layer for layer in layers]
                if names[0] in state:
                    joined = torch.cat([_as_made(network, each, state[each]) for each in names])
                    made[_old_name(old, leaf)] = joined.flatten() if old.endswith(".mod.lin") else joined
                    taken |= set(names)
    return {**made, **{name: tensor for name, tensor in state.items() if name not in taken}}


def _numbers(state: Tensors, target: str) -> list[str]:
    if "#" not in target:
        return [""]
    pattern = re.compile(re.escape(target).replace(r"\#", r"(\d+)") + r"(?:\..*)?")
    matches = (pattern.fullmatch(name) for name in state)
    return sorted({match.group(1) for match in matches if match}, key=int)


def _old_name(layer: str, leaf: str) -> str:
    if leaf == "weight" and _SCALED.fullmatch(layer):
        return f"{layer}.scale"
    return f"{layer}.{leaf}" if leaf else layer


def _as_made(network: Any, name: str, tensor: Tensor) -> Tensor:
    owner = name.rpartition(".")[0].rpartition(".")[0]
    module = network.get_submodule(owner) if "." in name else network
    if type(module).__name__ == _SWAPPED and name.startswith(f"{owner}.linear."):
        return torch.cat(tensor.chunk(2)[::-1])
    return tensor


def is_matrix(name: str, tensor: Tensor) -> bool:
    """True for what files have in few bits: the weights of linear layers."""
    return tensor.ndim == 2 and name.endswith(".weight")


def write_plain(tensors: Tensors, path: Path, dtype: torch.dtype = torch.float32, prefix: str = "") -> Path:
    """A file of plain numbers."""
    save_file({prefix + name: tensor.to(dtype).contiguous() for name, tensor in tensors.items()}, path)
    return path


def write_fp16(tensors: Tensors, path: Path) -> Path:
    """A file whose numbers are all fp16."""
    return write_plain(tensors, path, torch.float16)


def write_fp8(tensors: Tensors, path: Path) -> Path:
    """A file with fp8 weights."""
    made = {name: tensor.to(FP8) if is_matrix(name, tensor) else tensor for name, tensor in tensors.items()}
    return write_each(made, path)


def write_scaled(tensors: Tensors, path: Path, suffix: str = "scale_weight", drop: str = "") -> Path:
    """A file with fp8 weights and their scales, without the scale of the layer `drop`."""
    made: dict[str, Tensor] = {"scaled_fp8": torch.zeros(2, dtype=FP8)} if suffix == "scale_weight" else {}
    for name, tensor in tensors.items():
        if not is_matrix(name, tensor):
            made[name] = tensor
            continue
        scale = tensor.abs().max().clamp(min=1e-6) / 448
        made[name] = (tensor / scale).to(FP8)
        layer = name.removesuffix(".weight")
        if layer != drop:
            made[f"{layer}.{suffix}"] = scale.to(torch.float32)
    return write_each(made, path)


def write_each(tensors: Tensors, path: Path) -> Path:
    """A file with tensors as they are."""
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    return path


def write_gguf(tensors: Tensors, path: Path, quantization: str = "Q8_0", arch: str = "flux") -> Path:
    """A GGUF file; matrices whose rows are no whole blocks are F16."""
    import gguf

    kind = gguf.GGMLQuantizationType[quantization]
    block = gguf.GGML_QUANT_SIZES[kind][0]
    writer = gguf.GGUFWriter(path, arch)
    for name, tensor in tensors.items():
        numbers = tensor.to(torch.float32).contiguous().numpy()
        if not is_matrix(name, tensor):
            writer.add_tensor(name, numbers)
        elif tensor.shape[1] % block:
            writer.add_tensor(name, numbers.astype("float16"))
        else:
            writer.add_tensor(name, gguf.quantize(numbers, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
