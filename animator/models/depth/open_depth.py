"""Opens depth networks by name or file: the one place that decides which code answers to a name."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from animator.core import plugins
from animator.errors import ModelError, PluginError
from animator.models.depth import load_weights, names, weights
from animator.models.depth.blend import MetricWithMetric, RelativeWithMetric
from animator.models.depth.estimator import Estimator, placed
from animator.models.depth.model import DepthModel, FakeDepth
from animator.models.depth.registry import PLUGINS
from animator.models.depth.spec import DepthModelSpec
from animator.models.depth.starter import StarterDepth
from animator.models.device import choose_device
from animator.models.folders import model_folders
from animator.models.weights import read_weights

Precision = Literal["float32", "float16", "bfloat16"]
MIDAS_WEIGHT = 0.2  # Deforum's default
SUFFIXES = (".pt", ".pth", ".bin", ".ckpt", ".safetensors")

log = logging.getLogger(__name__)


def open_depth(
    name_or_path: str | Path,
    device: torch.device | str = "cpu",
    dtype: Precision = "float32",
    *,
    midas_weight: float = MIDAS_WEIGHT,
    folders: tuple[Path, ...] | None = None,
) -> DepthModel:
    """A depth network, ready to estimate.

    Args:
        name_or_path: A name of `names.names()`, a name of an old settings file (a notice goes to the log), or
            the path of an official file of weights.
        device: Where it computes: "auto", "cpu", "cuda", "mps" or a torch device.
        dtype: Its precision; halves are for GPUs: on a CPU float32 is taken, and the log says so.
        midas_weight: Share of the first network, where an old name stands for a blend of two.
        folders: Where files of weights are looked for, before torch's own downloads; None: in the folder that
            ANIMATOR_MODELS names.

    Raises:
        ModelError: No such name or file, the file cannot be had, or it is of another kind.
        PluginError: The package that offers the network is broken.
    """
    device = choose_device(device)
    precision = _precision(device, dtype)
    text = str(name_or_path)
    known = names.meant(text)
    if known is None:
        return _from_path(Path(text), device, precision)
    if known.why:
        log.warning("depth model %r: %s", text, known.why)
    if known.names == (names.FAKE,):
        return FakeDepth()
    if known.names == (names.STARTER,):
        log.info("depth: the built-in network")
        return StarterDepth.load(device, precision)
    searched = model_folders() if folders is None else folders
    specs = [spec for name in known.names if (spec := names.spec_named(name)) is not None]
    if not specs:
        return _from_plugin(known.names[0], searched, device, precision)
    opened = [_from_store(spec, searched, device, precision) for spec in specs]
    if known.blend is None:
        return opened[0]
    kind = RelativeWithMetric if known.blend == "inverse+meters" else MetricWithMetric
    return kind(opened[0], opened[1], midas_weight)


def estimator(
    spec: DepthModelSpec,
    state: Mapping[str, Tensor],
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
    *,
    source: str = "the given weights",
) -> Estimator:
    """A network with the weights of an official file (key -> tensor) in it.

    Raises:
        ModelError: The weights are not those of that network.
    """
    from animator.models.depth import build  # loads timm: seconds that the built-in network does not need

    floats = {k: v.to(dtype) if v.is_floating_point() else v for k, v in state.items()}
    network = load_weights.load_weights(spec, build.empty(spec), floats, source)
    return Estimator(spec, placed(network, torch.device(device), dtype))


def _from_plugin(
    name: str, folders: tuple[Path, ...], device: torch.device, dtype: torch.dtype
) -> DepthModel:
    """The network that another package offers: as a spec, or as a function that opens it."""
    offer = plugins.load(PLUGINS, name)
    if isinstance(offer, DepthModelSpec):
        return _from_store(offer, folders, device, dtype)
    if not callable(offer):
        raise PluginError(
            f"depth model {name!r}: its package offers neither a DepthModelSpec nor a function of device and "
            "dtype that opens a DepthModel"
        )
    opened: DepthModel = offer(device, dtype)
    return opened


def _from_store(
    spec: DepthModelSpec, folders: tuple[Path, ...], device: torch.device, dtype: torch.dtype
) -> Estimator:
    path = weights.file_of(spec, folders)
    return estimator(spec, read_weights(path), device, dtype, source=str(path))


def _from_path(path: Path, device: torch.device, dtype: torch.dtype) -> Estimator:
    if not path.is_file() and path.suffix.lower() not in SUFFIXES:
        raise names.unknown(str(path))
    state = read_weights(path)
    spec = load_weights.recognized(state, path.name)
    if spec is None:
        raise ModelError(f"{path}: {load_weights.identify(state)}")
    return estimator(spec, state, device, dtype, source=str(path))


def _precision(device: torch.device, dtype: Precision) -> torch.dtype:
    wanted = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}.get(dtype)
    if wanted is None:
        raise ModelError(f"depth precision {dtype!r}: expected float32, float16 or bfloat16")
    if device.type == "cpu" and wanted != torch.float32:
        log.warning("depth precision %s is slower than float32 on a CPU; float32 is used", dtype)
        return torch.float32
    return wanted
