"""ControlNet-LLLite: against a straightforward version, and what it does to a U-Net that is used again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.original_unet import to_original
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import DeepShrink
from tests.animator.models.diffusion import tiny_models
from tests.opened import open_stable

CPU = torch.device("cpu")
IMAGE = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(11))
EMBEDDED, NARROW = 8, 4
SCALES = {0: (4, 2), 1: (4, 4), 2: (4, 4, 2)}
"""Sizes of the convolutions by how often the U-Net has halved its latents."""


def write(path: Path, seed: int = 0, **spoiled: Tensor) -> Path:
    """A random network for the tiny SDXL, which changes attention on all levels."""
    unet = tiny_models.pipeline("sdxl").unet
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, Tensor] = {}

    def put(name: str, *shape: int) -> None:
        tensors[f"{name}.weight"] = torch.randn(shape, generator=generator) * 0.3
        tensors[f"{name}.bias"] = torch.randn(shape[:1], generator=generator) * 0.3

    for layer, module in unet.named_modules():
        if not layer.endswith(("attn1.to_q", "attn1.to_v", "attn2.to_q")):
            continue
        name = f"lllite_unet_{to_original(layer.replace('.', '_'))}"
        halvings = 0 if layer.startswith(("down_blocks.0", "up_blocks.2")) else 2 if "mid" in layer else 1
        before, scales = 3, SCALES[halvings]
        for index, scale in enumerate(scales):
            after = EMBEDDED if index == len(scales) - 1 else EMBEDDED // 2
            put(f"{name}.conditioning1.{2 * index}", after, before, scale, scale)
            before = after
        put(f"{name}.down.0", NARROW, module.in_features)
        put(f"{name}.mid.0", NARROW, NARROW + EMBEDDED)
        put(f"{name}.up.0", module.in_features, NARROW)
    save_file({**tensors, **spoiled}, path)
    return path


class Straightforward:
    """The same by modules that take the place of the U-Net's, without CFG."""

    def __init__(self, unet: Any, path: Path, image: Tensor, weight: float) -> None:
        tensors = load_file(path)
        for layer, module in list(unet.named_modules()):
            name = f"lllite_unet_{to_original(layer.replace('.', '_'))}"
            if f"{name}.up.0.weight" in tensors:
                own = {
                    key.removeprefix(f"{name}."): value
                    for key, value in tensors.items()
                    if key.startswith(f"{name}.")
                }
                parent, _, last = layer.rpartition(".")
                setattr(unet.get_submodule(parent), last, _Changed(module, own, image, weight))


class _Changed(nn.Module):
    def __init__(self, layer: nn.Module, own: dict[str, Tensor], image: Tensor, weight: float) -> None:
        super().__init__()
        self.layer, self.own, self.weight = layer, own, weight
        x = image * 2 - 1
        for index in sorted({int(key.split(".")[1]) for key in own if key.startswith("conditioning1")}):
            x = torch.relu(x) if index else x
            kernel = own[f"conditioning1.{index}.weight"]
            x = nn.functional.conv2d(x, kernel, own[f"conditioning1.{index}.bias"], stride=kernel.shape[-1])
        self.tokens = x.flatten(2).transpose(1, 2)

    def forward(self, x: Tensor) -> Tensor:
        own = self.own
        narrow = torch.relu(x @ own["down.0.weight"].T + own["down.0.bias"])
        joined = torch.cat([self.tokens.expand(len(x), -1, -1), narrow], dim=2)
        joined = torch.relu(joined @ own["mid.0.weight"].T + own["mid.0.bias"])
        changed = x + (joined @ own["up.0.weight"].T + own["up.0.bias"]) * self.weight
        return torch.as_tensor(self.layer(changed))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lites")
    write(folder / "lite.safetensors")
    write(folder / "other.safetensors", 5)
    return folder


@pytest.fixture(scope="module")
def diffuser(folder_of: Callable[[str], Path], place: Path) -> StableDiffuser:
    return open_stable(str(folder_of("sdxl")), CPU, LoadOptions(Library((place,))))


Drawn = Callable[..., Tensor]


@pytest.fixture
def drawn(diffuser: StableDiffuser, request_: GenerationRequest) -> Drawn:
    def of(*controls: Control, **changes: Any) -> Tensor:
        return diffuser.generate(replace(request_, controls=controls, **changes))

    return of


def control(model: str = "lite", weight: float = 1.0, **more: Any) -> Control:
    return Control(weight, model=model, **{"image": IMAGE, **more})


def apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


def test_it_changes_what_the_straightforward_version_does(
    drawn: Drawn, folder_of: Callable[[str], Path], place: Path, request_: GenerationRequest
) -> None:
    plain = drawn()
    other = open_stable(str(folder_of("sdxl")), CPU, LoadOptions())
    engine: Any = other.engine()
    Straightforward(engine.model.unet, place / "lite.safetensors", IMAGE[None], 0.7)
    expected = other.generate(replace(request_, controls=()))
    assert torch.allclose(drawn(control(weight=0.7)), expected, atol=1e-5)
    assert apart(plain, expected) > 1e-3
    assert torch.equal(drawn(), plain)  # nothing stays


def test_weight_0_changes_nothing_and_weights_steps_masks_and_modes_act(drawn: Drawn) -> None:
    without, full = drawn(), drawn(control())
    assert torch.equal(drawn(control(weight=0.0)), without)
    assert apart(without, drawn(control(weight=0.3))) < apart(without, full)
    everywhere, nowhere = (drawn(control(mask=torch.full((1, 64, 64), value))) for value in (1.0, 0.0))
    assert torch.equal(everywhere, full) and apart(nowhere, without) < 1e-6
    assert apart(full, drawn(control(control_mode="control"))) > 1e-5
    assert min(apart(drawn(control(end=0.5)), image) for image in (without, full)) > 1e-5
    halves = drawn(control(end=0.4), control(start=0.4), strength=0.0, steps=10)
    assert torch.equal(halves, drawn(control(), strength=0.0, steps=10))


def test_two_units_act_with_one_network_and_with_two(drawn: Drawn) -> None:
    one, other, flipped = (
        control(weight=0.4),
        control("other", 0.4),
        control(weight=0.4, image=IMAGE.flip(-1)),
    )
    images = [drawn(one), drawn(one, other), drawn(one, flipped), drawn(one, one)]
    for index, image in enumerate(images):
        assert all(apart(image, another) > 1e-5 for another in images[index + 1 :])


def test_several_requests_at_once_are_steered_apart(
    diffuser: StableDiffuser, request_: GenerationRequest
) -> None:
    requests = [
        replace(request_, controls=(control(weight=0.7),)),
        replace(request_, controls=(control(weight=0.7, image=IMAGE.flip(-1)),), seed=9),
        replace(request_, controls=(control("other"),)),
        request_,
    ]
    alone = [diffuser.generate(request) for request in requests]
    for image, other in zip(diffuser.generate_batch(requests), alone, strict=True):
        assert torch.allclose(image, other, atol=1e-4)


def test_odd_sizes_fit_and_changed_sizes_are_refused_in_words(drawn: Drawn) -> None:
    wide = torch.rand((3, 72, 104))
    assert drawn(control(image=wide), size=(104, 72), image=wide).shape == (3, 72, 104)
    with pytest.raises(ModelError, match="deep shrink: does not go with ControlNets"):
        drawn(control(), deep_shrink=DeepShrink(block=3, factor=2.0, start=0.0, end=0.9), strength=0.0)


def test_a_network_of_another_base_is_said(
    folder_of: Callable[[str], Path], place: Path, request_: GenerationRequest, tmp_path: Path
) -> None:
    assert str(identify(place / "lite.safetensors")) == "SDXL ControlNet-LLLite"
    tensors = load_file(place / "lite.safetensors")
    names = [name for name in tensors if name.endswith("down.0.weight")]
    save_file({**tensors, names[0]: torch.zeros(NARROW, 99)}, tmp_path / "wide.safetensors")
    save_file(
        {name: value for name, value in tensors.items() if name != names[0]}, tmp_path / "part.safetensors"
    )
    wrong = open_stable(str(folder_of("sdxl")), CPU, LoadOptions(Library((tmp_path,))))
    with pytest.raises(ModelError, match="which the model does not have; it was made for another base"):
        wrong.generate(replace(request_, controls=(control("wide"),)))
    with pytest.raises(ModelError, match="is incomplete"):
        wrong.generate(replace(request_, controls=(control("part"),)))
