"""Single files of every family, in every precision, draw what their folder draws, as nearly as they can."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from animator.models.diffusion.checkpoints.flow_families import FLOW_FAMILIES
from animator.models.diffusion.flow_matching.engine import FlowEngine
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.network_files.packed import PackedLinear
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from tests.animator.models.diffusion.network_files.conftest import FORMS, NetworkFile
from tests.opened import open_stable

Opened = Callable[[str], StableDiffuser]
Options = Callable[[str], LoadOptions]
CPU = torch.device("cpu")
FAMILIES = [
    kind if kind in ("flux", "z-image") else pytest.param(kind, marks=pytest.mark.slow)
    for kind in FLOW_FAMILIES
]
DIFFERENCES = {"plain": 1e-5, "fp16": 0.01, "Q8_0": 0.05, "fp8": 0.15, "scaled fp8": 0.15, "Q4_0": 0.3}
"""Largest mean difference of an image, as a share of its own deviation."""
PACKED = ("fp8", "scaled fp8", "Q8_0", "Q4_0")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", FAMILIES)
def test_a_file_draws_what_its_folder_draws(
    network_file: NetworkFile,
    options_for: Options,
    opened: Opened,
    request_: GenerationRequest,
    kind: str,
    form: str,
) -> None:
    expected = opened(kind).generate(request_)
    diffuser = open_stable(str(network_file(kind, form)), CPU, options_for(kind))
    difference = float((diffuser.generate(request_) - expected).abs().mean() / expected.std())
    assert difference <= DIFFERENCES[form]
    assert form == "plain" or difference > 0
    engine = diffuser.engine()
    assert isinstance(engine, FlowEngine)
    packed = [layer for layer in engine.transformer.modules() if isinstance(layer, PackedLinear)]
    assert bool(packed) == (form in PACKED)
    assert all(layer.packed.dtype == torch.uint8 for layer in packed)


@pytest.mark.parametrize("kind", ["flux", "qwen-image"])
def test_weights_that_stay_packed_take_less_memory(
    network_file: NetworkFile, options_for: Options, kind: str
) -> None:
    def size(form: str) -> int:
        engine = open_stable(str(network_file(kind, form)), CPU, options_for(kind)).engine()
        assert isinstance(engine, FlowEngine)
        state = engine.transformer.state_dict().values()
        return sum(tensor.numel() * tensor.element_size() for tensor in state)

    whole = size("plain")
    assert size("fp8") < 0.45 * whole and size("Q8_0") < 0.5 * whole and size("Q4_0") < size("Q8_0")


def test_the_named_folder_goes_before_those_of_the_model_folders(
    network_file: NetworkFile, folder_of: Callable[[str], Path], request_: GenerationRequest
) -> None:
    path = str(network_file("z-image", "plain"))
    diffuser = open_stable(path, CPU, LoadOptions(parts=str(folder_of("z-image"))))
    assert diffuser.generate(request_).shape == (3, 64, 64)
    records = [record.as_dict() for record in diffuser.records]
    assert [record["location"] for record in records] == [path, str(folder_of("z-image"))]
    assert records[1]["type"] == "parts" and len(records[1]["sha256"]) == 64
