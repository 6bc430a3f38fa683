"""Textual inversion: a file's name in a prompt stands for its vectors."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from animator.core.permissions import Permissions, grant
from animator.errors import ModelError
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from schedules import PromptFrame
from tests.opened import open_stable

pytestmark = pytest.mark.usefixtures("allow_pickle")

CPU = torch.device("cpu")
Folder = Callable[[str], Path]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of textual inversions in every layout."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "embeddings").mkdir()
    vectors = torch.randn((2, 32), generator=torch.Generator().manual_seed(1)) * 3
    save_file({"emb_params": vectors}, folder / "Inky.safetensors")
    save_file({"<inky-one>": vectors[0]}, folder / "one.safetensors")
    a1111 = {"string_to_token": {"*": 265}, "string_to_param": {"*": vectors}, "name": "old", "step": 100}
    torch.save(a1111, folder / "embeddings" / "old.pt")
    save_file({"clip_l": vectors, "clip_g": torch.randn(2, 48) * 3}, folder / "both.safetensors")
    save_file({"emb_params": torch.randn(1, 768)}, folder / "big.safetensors")
    return folder


@pytest.fixture(scope="module")
def diffuser(folder_of: Folder, library: Path) -> StableDiffuser:
    return open_stable(str(folder_of("sd1")), CPU, LoadOptions(Library((library,))))


def generate(
    diffuser: StableDiffuser, request: GenerationRequest, positive: str, negative: str = ""
) -> torch.Tensor:
    return diffuser.generate(replace(request, prompt=PromptFrame(positive, negative)))


def test_a_name_stands_for_its_vectors(diffuser: StableDiffuser, request_: GenerationRequest) -> None:
    named = generate(diffuser, request_, "a cat, inky")
    assert torch.equal(named, generate(diffuser, request_, "a cat, INKY"))
    assert torch.equal(
        named, generate(diffuser, request_, "a cat, old")
    )  # the same vectors in A1111's layout
    for other in ("a cat, inkyish", "a cat, one", "a cat, (inky:1.4)", "a cat,"):
        assert float((named - generate(diffuser, request_, other)).abs().mean()) > 1e-4, other
    assert torch.equal(named, generate(diffuser, request_, "a cat, inky"))


def test_it_works_in_the_negative_prompt(diffuser: StableDiffuser, request_: GenerationRequest) -> None:
    assert not torch.equal(
        generate(diffuser, request_, "a cat", "inky"), generate(diffuser, request_, "a cat", "inkyish")
    )


def test_both_text_encoders_of_sdxl_get_their_own(
    folder_of: Folder, library: Path, request_: GenerationRequest
) -> None:
    diffuser = open_stable(str(folder_of("sdxl")), CPU, LoadOptions(Library((library,))))
    named = generate(diffuser, request_, "a cat, both")
    assert float((named - generate(diffuser, request_, "a cat, bothy")).abs().mean()) > 1e-4
    with pytest.raises(ModelError, match=r"vectors of width 32; .*have 32 and 48"):
        generate(diffuser, request_, "a cat, inky")


def test_one_for_another_base_is_refused_by_name(
    diffuser: StableDiffuser, request_: GenerationRequest
) -> None:
    with pytest.raises(ModelError, match=r"big\.safetensors.*width 768 \(Stable Diffusion 1\).*have 32"):
        generate(diffuser, request_, "a big cat")


def test_pickled_ones_need_leave(folder_of: Folder, library: Path, request_: GenerationRequest) -> None:
    strict = open_stable(str(folder_of("sd1")), CPU, LoadOptions(Library((library,))))
    with (
        grant(Permissions()),
        pytest.raises(ModelError, match=r"old\.pt: \.pt files can run code .* allow pickled weights"),
    ):
        generate(strict, request_, "an old cat")
