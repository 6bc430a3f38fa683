"""Union ControlNets and T2I-Adapters: every format, against diffusers' own pipelines; refusals."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.checkpoints.control_tasks import TASKS
from animator.models.diffusion.checkpoints.facts import ModelFacts
from animator.models.diffusion.checkpoints.identify import identify
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.checkpoints.usable import check_controlnet
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from tests.animator.models.diffusion import tiny_models
from tests.animator.models.diffusion.by_diffusers import asked_alike, drawn_by
from tests.opened import open_each_once

CPU = torch.device("cpu")
IMAGE = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(11))
Folder = Callable[[str], Path]
Open = Callable[[str], StableDiffuser]


def xl() -> Any:
    """A tiny SDXL whose blocks are of the kinds that SDXL has: the first one has no attention."""
    made = tiny_models.pipeline("sdxl")
    config = {name: value for name, value in made.unet.config.items() if name[0] != "_"}
    kinds = {
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    }
    unet = diffusers.UNet2DConditionModel(**{**config, **kinds})
    tiny_models.stir(unet, 9)
    made.register_modules(unet=unet)
    return made


def union(tasks: int, seed: int = 0) -> Any:
    """A random union network for the tiny SDXL."""
    own = diffusers.ControlNetUnionModel.from_unet(xl().unet, load_weights_from_unet=False).config
    config = {name: value for name, value in own.items() if name[0] != "_"}
    widths = {"num_trans_channel": 16, "num_proj_channel": 16, "num_trans_head": 1}
    made = diffusers.ControlNetUnionModel(**{**config, **widths, "num_control_type": tasks})
    tiny_models.stir(made, seed + 50)
    return made.eval()


def adapter(kind: str, channels: int = 3) -> Any:
    """A random T2I-Adapter for a tiny model."""
    is_xl = kind == "sdxl"
    made = diffusers.T2IAdapter(
        in_channels=channels,
        channels=[16, 32, 32, 32],
        downscale_factor=16 if is_xl else 8,
        adapter_type="light_adapter" if kind == "light" else "full_adapter_xl" if is_xl else "full_adapter",
    )
    tiny_models.stir(made, 60)
    return made.eval()


def original(made: Any, path: Path) -> Path:
    """One file with the original names: the residual layers are numbered through."""
    tensors = {}
    for name, tensor in made.state_dict().items():
        parts = name.removeprefix("adapter.").split(".")
        if made.config.adapter_type == "light_adapter":
            parts = ["body" if part == "resnets" else part for part in parts]
        elif parts[0] == "body" and parts[2] == "resnets":
            parts = ["body", str(int(parts[1]) * 2 + int(parts[3])), *parts[4:]]
        elif parts[0] == "body":
            parts[1] = str(int(parts[1]) * 2)
        tensors[".".join(parts)] = tensor.contiguous()
    save_file(tensors, path)
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Union networks and adapters in the formats that people have."""
    folder = tmp_path_factory.mktemp("networks")
    for tasks in (6, 8):
        made = union(tasks)
        made.save_pretrained(folder / f"union-{tasks}-folder")
        save_file(made.state_dict(), folder / f"union-{tasks}-file.safetensors")
    for kind in ("sd1", "sdxl", "light", "gray"):
        made = adapter("sd1", 1) if kind == "gray" else adapter(kind)
        made.save_pretrained(folder / f"{kind}-folder")
        save_file(made.state_dict(), folder / f"{kind}-file.safetensors")
        original(made, folder / f"{kind}-original.safetensors")
    return folder


@pytest.fixture(scope="module")
def model_of(folder_of: Folder, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """The folder of a tiny model."""
    folder = tmp_path_factory.mktemp("xl")
    xl().save_pretrained(folder)
    return lambda kind: folder if kind == "sdxl" else folder_of(kind)


@pytest.fixture(scope="module")
def diffuser_of(model_of: Folder, place: Path) -> Open:
    return open_each_once(model_of, place)


def control(model: str, weight: float = 1.0, **more: Any) -> Control:
    return Control(weight, model=model, **{"image": IMAGE, **more})


def apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


@pytest.mark.parametrize("tasks", [6, 8])
def test_every_form_of_a_union_generates_the_same(
    diffuser_of: Open, request_: GenerationRequest, tasks: int
) -> None:
    images = [
        diffuser_of("sdxl").generate(
            replace(request_, controls=(control(f"union-{tasks}-{form}", task="depth"),))
        )
        for form in ("folder", "file")
    ]
    assert torch.equal(*images)
    assert apart(images[0], diffuser_of("sdxl").generate(request_)) > 1e-3


def test_tasks_differ(diffuser_of: Open, request_: GenerationRequest) -> None:
    images = [
        diffuser_of("sdxl").generate(replace(request_, controls=(control("union-8-file", task=task),)))
        for task in TASKS
    ]
    for index, image in enumerate(images):
        assert all(apart(image, other) > 1e-5 for other in images[index + 1 :])


@pytest.mark.parametrize("task", ["openpose", "tile"])
def test_a_unions_image_is_that_of_diffusers_pipeline(
    diffuser_of: Open, place: Path, model_of: Folder, request_: GenerationRequest, task: str
) -> None:
    expected = drawn_by(
        "StableDiffusionXLControlNetUnionPipeline",
        model_of("sdxl"),
        request_.seed,
        {"controlnet": diffusers.ControlNetUnionModel.from_pretrained(place / "union-8-folder")},
        control_image=[IMAGE[None]],
        control_mode=[TASKS.index(task)],
        controlnet_conditioning_scale=0.8,
        control_guidance_end=0.5,
    )
    asked = asked_alike(request_, control("union-8-folder", 0.8, task=task, end=0.5))
    assert (diffuser_of("sdxl").generate(asked) - expected).abs().max() < 1e-3


@pytest.mark.parametrize("kind", ["sd1", "sdxl", "light", "gray"])
def test_every_form_of_an_adapter_generates_the_same(
    diffuser_of: Open, request_: GenerationRequest, kind: str
) -> None:
    base = diffuser_of("sdxl" if kind == "sdxl" else "sd1")
    images = [
        base.generate(replace(request_, controls=(control(f"{kind}-{form}"),)))
        for form in ("folder", "file", "original")
    ]
    assert torch.equal(images[0], images[1]) and torch.equal(images[0], images[2])
    assert apart(images[0], base.generate(request_)) > 1e-3


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_an_adapters_image_is_that_of_diffusers_pipeline(
    diffuser_of: Open, place: Path, model_of: Folder, request_: GenerationRequest, kind: str
) -> None:
    name = "StableDiffusionXLAdapterPipeline" if kind == "sdxl" else "StableDiffusionAdapterPipeline"
    expected = drawn_by(
        name,
        model_of(kind),
        request_.seed,
        {"adapter": diffusers.T2IAdapter.from_pretrained(place / f"{kind}-folder")},
        image=IMAGE[None],
        adapter_conditioning_scale=0.7,
        **({"adapter_conditioning_factor": 0.5} if kind == "sdxl" else {}),
    )
    asked = asked_alike(request_, control(f"{kind}-folder", 0.7, end=0.5 if kind == "sdxl" else 1.0))
    assert (diffuser_of(kind).generate(asked) - expected).abs().max() < 1e-3


def test_adapters_add_up_with_each_other_and_with_unions(
    diffuser_of: Open, request_: GenerationRequest
) -> None:
    def drawn(*controls: Control) -> Tensor:
        return diffuser_of("sdxl").generate(replace(request_, controls=controls))

    one, other = control("sdxl-file", 0.4), control("union-8-file", 0.4, task="depth")
    both = drawn(one, other)
    assert min(apart(both, drawn(one)), apart(both, drawn(other)), apart(both, drawn())) > 1e-5
    assert torch.allclose(drawn(one, one), drawn(control("sdxl-file", 0.8)), atol=1e-4)


@pytest.mark.parametrize("model", ["sdxl-file", "union-8-file"])
def test_weight_0_changes_nothing_and_masks_and_modes_act(
    diffuser_of: Open, request_: GenerationRequest, model: str
) -> None:
    def drawn(*controls: Control) -> Tensor:
        return diffuser_of("sdxl").generate(replace(request_, controls=controls))

    own: dict[str, Any] = {"task": "depth"}
    without, full = drawn(), drawn(control(model, **own))
    assert torch.equal(drawn(control(model, 0.0, **own)), without)
    everywhere, nowhere = (drawn(control(model, mask=torch.full((1, 64, 64), v), **own)) for v in (1.0, 0.0))
    assert torch.equal(everywhere, full)
    assert apart(nowhere, without) < 1e-6
    modes = [drawn(control(model, control_mode=mode, **own)) for mode in ("prompt", "control", "guess")]
    assert all(apart(full, mode) > 1e-5 for mode in modes)


def test_odd_sizes_fit(diffuser_of: Open, request_: GenerationRequest) -> None:
    wide = torch.rand((3, 56, 104))
    for kind, model in (("sdxl", "sdxl-file"), ("sd1", "sd1-file"), ("sd1", "light-file")):
        asked = replace(request_, size=(104, 56), image=wide, controls=(control(model, image=wide),))
        assert diffuser_of(kind).generate(asked).shape == (3, 56, 104)


FACTS = {"sd1": ModelFacts("sd1", context_width=768), "sdxl": ModelFacts("sdxl", context_width=2048)}


@pytest.mark.parametrize(
    ("model", "base", "task", "words"),
    [
        ("sd1-original", "sdxl", "", "is a T2I-Adapter for Stable Diffusion 1 or 2; the model m is SDXL"),
        ("sdxl-folder", "sd1", "", "is a T2I-Adapter for SDXL; the model m is Stable Diffusion 1"),
        (
            "union-6-file",
            "",
            "tile",
            "the unit has task tile; set task to what its images show: openpose, depth",
        ),
        ("union-8-folder", "", "", "the unit has no task"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_loads(
    place: Path, model: str, base: str, task: str, words: str
) -> None:
    with pytest.raises(ModelError, match=words):
        check_controlnet(model, Library((place,)), {"m": FACTS[base]} if base else {}, task)


def test_headers_tell_what_a_file_is(place: Path) -> None:
    kinds = {path.stem: identify(path) for path in place.glob("*.safetensors")}
    assert {str(kinds[f"union-{n}-file"]) for n in (6, 8)} == {"SDXL union ControlNet"}
    assert str(kinds["sd1-original"]) == str(kinds["gray-file"]) == "Stable Diffusion 1 T2I-Adapter"
    assert str(kinds["sdxl-original"]) == "SDXL T2I-Adapter"


def test_an_adapter_of_other_channels_is_said(
    folder_of: Folder, request_: GenerationRequest, tmp_path: Path
) -> None:
    made = diffusers.T2IAdapter(channels=[8, 8, 8, 8])
    save_file(made.state_dict(), tmp_path / "other.safetensors")
    diffuser = open_each_once(folder_of, tmp_path)("sd1")
    with pytest.raises(ModelError, match="Use an adapter and a model of one base"):
        diffuser.generate(replace(request_, controls=(control("other"),)))
