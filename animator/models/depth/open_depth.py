"""`open_depth`: opens a depth network by name or from a file of weights."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from animator.core import plugins
from animator.core.confinement import named_path
from animator.core.paths import is_file
from animator.errors import ModelError, PluginError
from animator.models.depth import load_weights, names, weights
from animator.models.depth.blend import MetricWithMetric, RelativeWithMetric
from animator.models.depth.estimator import Estimator, prepare_for_inference
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
    """Opens a depth network.

    Args:
        name_or_path: A name of `names.names()`, a name of an old settings file (logs a notice if the network
            differs), or the path of an official file of weights.
        device: "auto", "cpu", "cuda", "mps" or a torch device.
        dtype: Precision; half precision is for GPUs, on a CPU float32 is used and a warning logged.
        midas_weight: Weight of the first network, for old names that stand for a blend of two.
        folders: Folders searched for weights before torch's download folder; None searches the folder that
            ANIMATOR_MODELS names.

    Raises:
        ModelError: There is no such name or file, the download failed, or the file is of another kind.
        PluginError: The plugin of the network is broken.
    """
    device = choose_device(device)
    precision = _precision(device, dtype)
    text = str(name_or_path)
    resolved = names.resolve_name(text)
    if resolved is None:
        return _from_path(named_path(text), device, precision)
    if resolved.notice:
        log.warning("depth model %r: %s", text, resolved.notice)
    if resolved.names == (names.FAKE,):
        return FakeDepth()
    if resolved.names == (names.STARTER,):
        log.info("depth: the built-in network")
        return StarterDepth.load(device, precision)
    search_path = model_folders() if folders is None else folders
    specs = [spec for name in resolved.names if (spec := names.find_spec_by_name(name)) is not None]
    if not specs:
        return _from_plugin(resolved.names[0], search_path, device, precision)
    try:
        files = [weights.find_or_download(spec, search_path) for spec in specs]
    except ModelError as missing:
        weights.stand_in_for_depth(missing, text)
        return StarterDepth.load(device, precision)
    opened = [_from_file(*of, device, precision) for of in zip(specs, files, strict=True)]
    if resolved.blend is None:
        return opened[0]
    kind = RelativeWithMetric if resolved.blend == "inverse+meters" else MetricWithMetric
    return kind(opened[0], opened[1], midas_weight)


def estimator(
    spec: DepthModelSpec,
    state: Mapping[str, Tensor],
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
    *,
    source: str = "the given weights",
) -> Estimator:
    """Builds a network with the weights of an official file.

    Args:
        spec: Spec of the network.
        state: The file's state dict.
        device: Device of the network.
        dtype: Precision of the network.
        source: Name of the file, for messages.

    Raises:
        ModelError: The weights do not fit the network.
    """
    # These load timm, which takes seconds and which the built-in network does not need.
    from animator.models.depth import build
    from animator.models.depth.moge_2 import MoGe2
    from animator.models.depth.point_estimator import PointEstimator
    from animator.models.depth.video_estimator import video_estimator

    floats = {k: v.to(dtype) if v.is_floating_point() else v for k, v in state.items()}
    network = load_weights.load_weights(spec, build.empty(spec), floats, source)
    opened = Estimator(spec, prepare_for_inference(network, torch.device(device), dtype))
    if isinstance(network, MoGe2):
        return PointEstimator(spec, opened.network)
    return video_estimator(opened) if spec.window > 1 else opened


def _from_plugin(
    name: str, folders: tuple[Path, ...], device: torch.device, dtype: torch.dtype
) -> DepthModel:
    """Opens a plugin network, which is a spec or a function that opens a `DepthModel`."""
    plugin = plugins.load(PLUGINS, name)
    if isinstance(plugin, DepthModelSpec):
        return _from_file(plugin, weights.find_or_download(plugin, folders), device, dtype)
    if not callable(plugin):
        raise PluginError(
            f"depth model {name!r}: its package offers neither a DepthModelSpec nor a function of device and "
            "dtype that opens a DepthModel"
        )
    opened: DepthModel = plugin(device, dtype)
    return opened


def _from_file(spec: DepthModelSpec, path: Path, device: torch.device, dtype: torch.dtype) -> Estimator:
    return estimator(spec, read_weights(path), device, dtype, source=str(path))


def _from_path(path: Path, device: torch.device, dtype: torch.dtype) -> Estimator:
    if not is_file(path) and path.suffix.lower() not in SUFFIXES:
        raise names.unknown_model(str(path))
    state = read_weights(path)
    spec = load_weights.find_spec(state, path.name)
    if spec is None:
        raise ModelError(f"{path}: {load_weights.describe_file(state)}")
    return estimator(spec, state, device, dtype, source=str(path))


def _precision(device: torch.device, dtype: Precision) -> torch.dtype:
    precision = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}.get(dtype)
    if precision is None:
        raise ModelError(f"depth precision {dtype!r}: expected float32, float16 or bfloat16")
    if device.type == "cpu" and precision != torch.float32:
        log.warning("depth precision %s is slower than float32 on a CPU; float32 is used", dtype)
        return torch.float32
    return precision
