"""Tiny networks as single files, beside the diffusers folders with their rest."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from tests.animator.models.diffusion.network_files import single_files
from tests.animator.models.diffusion.tiny_models import pipeline

NetworkFile = Callable[[str, str], Path]
FORMS = ("plain", "fp16", "fp8", "scaled fp8", "Q8_0", "Q4_0")


@pytest.fixture(scope="session")
def network_file(tmp_path_factory: pytest.TempPathFactory) -> NetworkFile:
    """The network of a family in one of `FORMS`, in the layout of its makers."""
    place = tmp_path_factory.mktemp("networks")

    @lru_cache
    def write(kind: str, form: str) -> Path:
        tensors = single_files.original(pipeline(kind).transformer, kind)
        name = place / f"{kind}-{form.replace(' ', '-')}.safetensors"
        if form == "plain":
            return single_files.write_plain(tensors, name, prefix="model.diffusion_model.")
        if form == "fp16":
            return single_files.write_fp16(tensors, name)
        if form == "fp8":
            return single_files.write_fp8(tensors, name)
        if form == "scaled fp8":
            return single_files.write_scaled(tensors, name)
        return single_files.write_gguf(tensors, name.with_suffix(".gguf"), form)

    return write


@pytest.fixture
def options_for(folder_of: Callable[[str], Path]) -> Callable[[str], LoadOptions]:
    """Options whose library has the folder of a family, which has the rest of its models."""
    return lambda kind: LoadOptions(Library((folder_of(kind).parent,)))
