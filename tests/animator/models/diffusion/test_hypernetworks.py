"""Hypernetwork files: every structure, what they add to keys and values, names in prompts, refusals."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from animator import allow
from animator.errors import ModelError
from animator.models.diffusion.batch import generate_batch
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.hypernetwork.load import ACTIVATIONS, read_hypernetwork
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.unet_engine import UNetEngine
from schedules import PromptFrame
from tests.animator.models.diffusion import hypernetwork_files as files
from tests.opened import open_stable

CPU = torch.device("cpu")
Folder = Callable[[str], Path]
TEXT_WIDTH = 32


@pytest.fixture(autouse=True)
def permission() -> Iterator[None]:
    with allow(pickle=True):
        yield


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of hypernetworks, laid out as A1111's."""
    folder = tmp_path_factory.mktemp("library") / "hypernetworks"
    folder.mkdir()
    files.pickled({TEXT_WIDTH: files.pair(TEXT_WIDTH)}, folder / "ink.pt")
    files.pickled({TEXT_WIDTH: files.pair(TEXT_WIDTH, seed=5), 16: files.pair(16)}, folder / "chalk.pt")
    return folder.parent


@pytest.fixture(scope="module")
def diffuser(folder_of: Folder, library: Path) -> StableDiffuser:
    return open_stable(str(folder_of("sd1")), CPU, LoadOptions(Library((library,))))


def generate(diffuser: StableDiffuser, request: GenerationRequest, tags: str) -> torch.Tensor:
    return diffuser.generate(replace(request, prompt=PromptFrame(f"a cat {tags}", "")))


@pytest.mark.parametrize("form", ["pt", "safetensors"])
@pytest.mark.parametrize("activation", [None, *files.ACTIVATIONS])
@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"structure": (1, 1)},
        {"structure": (1, 2, 2.5, 1), "norm": True, "dropout": True},
        {"structure": (1, 0.5, 1), "activate_output": False, "norm": True},
    ],
)
def test_every_structure_computes_as_torchs_modules(
    tmp_path: Path, form: str, activation: str | None, shape: dict[str, Any]
) -> None:
    networks = {
        24: files.pair(24, activation=activation, **shape),
        40: files.pair(40, activation=activation, **shape),
    }
    save = files.pickled if form == "pt" else files.safetensors
    settings = {"activate_output": shape.get("activate_output", True)}
    settings |= {"activation_func": activation} if activation else {}
    read = read_hypernetwork(save(networks, tmp_path / f"net.{form}", **settings))
    x = torch.randn((2, 5, 40), generator=torch.Generator().manual_seed(2))
    for which in (0, 1):
        with torch.no_grad():
            assert torch.allclose(read.networks[40][which](x), networks[40][which](x), atol=1e-6)


def test_the_oldest_files_have_two_numbered_layers(tmp_path: Path) -> None:
    keys, values = files.pair(24)
    old = [
        {
            f"linear{index + 1}.{name}": tensor
            for index, layer in enumerate(net)
            for name, tensor in layer.state_dict().items()
        }
        for net in (keys, values)
    ]
    torch.save({24: tuple(old), "name": "old"}, tmp_path / "old.pt")
    x = torch.randn(1, 3, 24)
    with torch.no_grad():
        read = read_hypernetwork(tmp_path / "old.pt").networks[24]
        assert torch.allclose(read[0](x), keys(x), atol=1e-6) and torch.allclose(
            read[1](x), values(x), atol=1e-6
        )


def test_activations_that_are_known_run() -> None:
    x = torch.linspace(-3, 3, 20)
    assert all(torch.isfinite(activation(x)).all() for activation in ACTIVATIONS.values())


def test_keys_and_values_of_cross_attention_are_changed(
    diffuser: StableDiffuser, request_: GenerationRequest
) -> None:
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    layer = engine.model.unet.down_blocks[0].attentions[0].transformer_blocks[0].attn2
    texts, keys, values = [], [], []
    handles = [
        layer.to_k.register_forward_hook(lambda _module, args, _out: keys.append(args[0])),
        layer.to_v.register_forward_hook(lambda _module, args, _out: values.append(args[0])),
        layer.register_forward_pre_hook(
            lambda _module, _args, kwargs: texts.append(kwargs["encoder_hidden_states"]), with_kwargs=True
        ),
    ]
    generate(diffuser, request_, "<hypernet:ink:0.7>")
    for handle in handles:
        handle.remove()
    for seen, net in zip((keys, values), files.pair(TEXT_WIDTH), strict=True):
        with torch.no_grad():
            assert torch.allclose(seen[0], texts[0] + 0.7 * net(texts[0]), atol=1e-5)


def test_strengths_act_and_go_away_without_a_trace(
    diffuser: StableDiffuser, request_: GenerationRequest
) -> None:
    tags = (
        "",
        "<hypernet:ink:0.5>",
        "<hypernet:ink>",
        "<hypernet:chalk:0.5>",
        "<hypernet:ink:0.5><hypernet:chalk:0.5>",
    )
    images = [generate(diffuser, request_, tag) for tag in tags]
    for index, image in enumerate(images):
        for other in images[index + 1 :]:
            assert float((image - other).abs().max()) > 0.01
    assert torch.equal(generate(diffuser, request_, "<hypernet:ink:0>"), images[0])
    assert torch.equal(generate(diffuser, request_, "<hypernet:ink:1.0>"), images[2])
    assert torch.equal(generate(diffuser, request_, ""), images[0])


def test_a_morphing_prompt_mixes_strengths(diffuser: StableDiffuser, request_: GenerationRequest) -> None:
    blend = (("a cat <hypernet:ink:1>", "", 0.25), ("a cat", "", 0.75))
    mixed = diffuser.generate(replace(request_, prompt=PromptFrame("", "", blend)))
    assert torch.allclose(mixed, generate(diffuser, request_, "<hypernet:ink:0.25>"), atol=1e-5)


def test_each_image_of_a_batch_has_its_own(diffuser: StableDiffuser, request_: GenerationRequest) -> None:
    tags = ("<hypernet:ink:0.5>", "", "<hypernet:ink:0.5>")
    requests = [
        replace(request_, seed=i, prompt=PromptFrame(f"a cat {tag}", "")) for i, tag in enumerate(tags)
    ]
    apart = [diffuser.generate(request) for request in requests]
    for one, other in zip(generate_batch(diffuser, requests), apart, strict=True):
        assert float((one - other).abs().max()) < 1 / 255


def test_safetensors_files_are_recognized(tmp_path: Path) -> None:
    path = files.safetensors({768: files.pair(768, structure=(1, 1))}, tmp_path / "ink.safetensors")
    assert str(identify(path)) == "Stable Diffusion 1 hypernetwork"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"a": torch.zeros(3)}, "is not a hypernetwork; expected networks by their widths"),
        ([1, 2], "is not a hypernetwork"),
        ({24: ({}, {})}, "is broken: its layers for width 24 do not fit together"),
        ({24: ({"linear.0.weight": torch.zeros(3, 7), "linear.0.bias": torch.zeros(3)},) * 2}, "is broken"),
        ({24: ({"linear.0.weight": torch.zeros(7, 24), "linear.0.bias": torch.zeros(7)},) * 2}, "is broken"),
        (
            files.states({24: files.pair(24)}) | {"activation_func": "softmax9"},
            "has the activation 'softmax9'",
        ),
    ],
)
def test_files_that_are_no_hypernetworks_are_refused(tmp_path: Path, content: Any, message: str) -> None:
    torch.save(content, tmp_path / "net.pt")
    with pytest.raises(ModelError, match=f"net.pt: .*{message}"):
        read_hypernetwork(tmp_path / "net.pt")


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("<hypernet:inc>", r"<hypernet:inc>: there is no inc\.pt or inc\.safetensors; did you mean `ink`"),
        ("<hypernet:>", "expected <hypernet:name> or <hypernet:name:0.8>"),
        ("<hypernet:ink:1:2>", "expected <hypernet:name> or <hypernet:name:0.8>"),
        ("<hypernet:ink:much>", "the strength is not a number"),
    ],
)
def test_tags_that_cannot_be_met(
    diffuser: StableDiffuser, request_: GenerationRequest, tag: str, message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        generate(diffuser, request_, tag)


def test_one_for_another_base_is_refused(
    diffuser: StableDiffuser, request_: GenerationRequest, tmp_path: Path
) -> None:
    path = files.pickled({1024: files.pair(1024, structure=(1, 1))}, tmp_path / "other.pt")
    with pytest.raises(
        ModelError, match="was made for Stable Diffusion 2, but the model's texts have width 32"
    ):
        generate(diffuser, request_, f"<hypernet:{path}:1>")
    generate(diffuser, request_, "")
