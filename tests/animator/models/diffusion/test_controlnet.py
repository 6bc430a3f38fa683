"""ControlNets: every format, against diffusers' own pipeline; weights, steps, modes; refusals."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.unet_engine import UNetEngine
from tests.animator.models.diffusion.by_diffusers import asked_alike, drawn_by_diffusers
from tests.opened import open_stable

pytestmark = pytest.mark.usefixtures("allow_pickle")

CPU = torch.device("cpu")
Folder = Callable[[str], Path]
Guided = Callable[..., Tensor]


@pytest.fixture(scope="module")
def diffuser_of(folder_of: Folder, nets: Path) -> Callable[[str], StableDiffuser]:
    @lru_cache
    def open_kind(kind: str) -> StableDiffuser:
        return open_stable(str(folder_of(kind)), CPU, LoadOptions(Library((nets,))))

    return open_kind


IMAGE = torch.rand((3, 64, 64), generator=torch.Generator().manual_seed(11))


def control(model: str = "sd1-file", weight: float = 1.0, **more: Any) -> Control:
    return Control(weight, model=model, **{"image": IMAGE, **more})


@pytest.fixture
def generate(diffuser_of: Callable[[str], StableDiffuser], request_: GenerationRequest) -> Guided:
    """Generates with ControlNets, and with a changed request if given."""

    def generated(*controls: Control, kind: str = "sd1", **changes: Any) -> Tensor:
        return diffuser_of(kind).generate(replace(request_, controls=controls, **changes))

    return generated


def apart(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().mean())


@pytest.mark.parametrize("form", ["folder", "file", "original", "bare", "pickled"])
def test_every_form_of_the_same_net_generates_the_same(generate: Guided, form: str) -> None:
    without, reference = generate(), generate(control("sd1-file"))
    assert apart(without, reference) > 1e-3
    assert torch.equal(generate(control(f"sd1-{form}")), reference)


@pytest.mark.parametrize("form", ["folder", "original", "small"])
def test_nets_for_sdxl_act(generate: Guided, form: str) -> None:
    net = control(f"sdxl-{form}")
    generated = generate(net, kind="sdxl")
    assert apart(generate(kind="sdxl"), generated) > 1e-3
    if form != "small":
        assert torch.equal(generated, generate(control("sdxl-file"), kind="sdxl"))


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
def test_the_image_is_that_of_diffusers_pipeline(
    diffuser_of: Callable[[str], StableDiffuser],
    nets: Path,
    folder_of: Folder,
    request_: GenerationRequest,
    kind: str,
) -> None:
    """Text to image, two nets, one of them for the first half of the steps."""
    from diffusers import ControlNetModel

    names = [f"{kind}-folder", f"{kind}-folder"]
    expected = drawn_by_diffusers(
        folder_of(kind),
        kind,
        [ControlNetModel.from_pretrained(nets / name) for name in names],
        [IMAGE[None], IMAGE[None].flip(-1)],
        request_.seed,
        controlnet_conditioning_scale=[0.8, 0.5],
        control_guidance_start=[0.0, 0.0],
        control_guidance_end=[1.0, 0.5],
    )
    second = control(names[1], 0.5, end=0.5, image=IMAGE.flip(-1))
    asked = asked_alike(request_, control(names[0], 0.8), second)
    generated = diffuser_of(kind).generate(asked)
    assert torch.allclose(generated, expected, atol=1e-3)  # its levels are in single precision
    assert apart(diffuser_of(kind).generate(replace(asked, controls=asked.controls[:1])), generated) > 5e-3


def test_weight_0_changes_nothing_and_asks_nothing(
    generate: Guided, diffuser_of: Callable[[str], StableDiffuser]
) -> None:
    without = generate()
    assert torch.equal(generate(control(weight=0.0)), without)
    assert torch.equal(generate(control(image=None)), without)
    assert torch.equal(generate(control(model="")), without)
    generate(control())
    engine = diffuser_of("sd1").engine()
    assert isinstance(engine, UNetEngine)
    calls: list[int] = []
    handles = [net.register_forward_hook(lambda *_: calls.append(1)) for net in engine._controlnets]
    generate(control(weight=0.0))
    assert not calls
    generate(control(), cfg_scale=1.0, strength=0.0, steps=4)
    assert len(calls) == 4
    for handle in handles:
        handle.remove()


def test_weights_and_control_images_act(generate: Guided) -> None:
    generated = [
        generate(),
        generate(control(weight=0.3)),
        generate(control(weight=1.2)),
        generate(control(image=IMAGE.flip(-1))),
        generate(control("other")),
    ]
    for index, image in enumerate(generated):
        assert all(apart(image, other) > 1e-4 for other in generated[index + 1 :])
    assert apart(generated[0], generated[1]) < apart(generated[0], generated[2])


def test_units_add_up(generate: Guided) -> None:
    both = generate(control(weight=0.4), control("other", 0.7))
    assert apart(both, generate(control(weight=0.4))) > 1e-4
    assert apart(both, generate(control("other", 0.7))) > 1e-4
    twice = generate(control(weight=0.4), control(weight=0.4))
    assert torch.allclose(twice, generate(control(weight=0.8)), atol=1e-4)


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        (0.0, 1.0, 8),
        (0.0, 0.5, 4),
        (0.5, 1.0, 4),
        (0.25, 0.75, 4),
        (0.0, 0.0, 0),
        (0.3, 0.3, 0),
        (0.0, 0.13, 2),
    ],
)
@pytest.mark.parametrize("sampler", ["Euler", "DPM++ 2M Karras"])
def test_a_net_is_asked_from_its_start_to_its_end(
    generate: Guided,
    diffuser_of: Callable[[str], StableDiffuser],
    start: float,
    end: float,
    asked: int,
    sampler: str,
) -> None:
    generate(control())
    engine = diffuser_of("sd1").engine()
    assert isinstance(engine, UNetEngine)
    calls: list[int] = []
    handles = [net.register_forward_hook(lambda *_: calls.append(1)) for net in engine._controlnets]
    for strength, steps in ((0.0, 8), (0.5, 16)):  # the share is that of the steps that run
        calls.clear()
        generate(control(start=start, end=end), strength=strength, steps=steps, sampler=sampler)
        assert len(calls) == asked
    for handle in handles:
        handle.remove()


def test_starts_and_ends_tile_the_steps(generate: Guided) -> None:
    halves = generate(control(end=0.4), control(start=0.4), strength=0.0, steps=10)
    assert torch.equal(halves, generate(control(), strength=0.0, steps=10))


def test_modes_weigh_prompt_and_control_apart(generate: Guided) -> None:
    balanced, prompt, strict = (
        generate(control(control_mode=mode)) for mode in ("balanced", "prompt", "control")
    )
    assert min(apart(balanced, prompt), apart(prompt, strict), apart(balanced, strict)) > 1e-4
    assert apart(generate(), prompt) < apart(generate(), balanced)  # finer layers get weaker residuals
    alone = [generate(control(control_mode=mode), cfg_scale=1.0) for mode in ("prompt", "control")]
    assert torch.equal(*alone)  # without a negative prompt there is nothing that they tell apart


def test_any_size_sampler_and_an_inpainting_checkpoint_go_along(
    generate: Guided, folder_of: Folder, nets: Path, request_: GenerationRequest
) -> None:
    wide = torch.rand((3, 52, 100))
    changes = {"size": (100, 52), "image": wide, "sampler": "DPM++ SDE"}
    assert apart(generate(**changes), generate(control(image=wide), **changes)) > 1e-4
    inpaint = open_stable(str(folder_of("sd1-inpaint")), CPU, LoadOptions(Library((nets,))))
    mask = torch.ones(1, 64, 64).tril()
    masked = [
        inpaint.generate(replace(request_, mask=mask, controls=controls)) for controls in ((), (control(),))
    ]
    assert apart(*masked) > 1e-4
    low = open_stable(str(folder_of("sd1")), CPU, LoadOptions(Library((nets,)), memory="low"))
    for mode in ("balanced", "control"):
        asked = replace(request_, controls=(control(control_mode=mode),))
        assert torch.allclose(low.generate(asked), generate(control(control_mode=mode)), atol=1e-3)


def test_tiling_reaches_the_nets(generate: Guided, diffuser_of: Callable[[str], StableDiffuser]) -> None:
    plain = generate(control())
    tiled = generate(control(), tiling=True)
    engine = diffuser_of("sd1").engine()
    assert isinstance(engine, UNetEngine)
    modes = {
        m.padding_mode for net in engine._controlnets for m in net.modules() if isinstance(m, torch.nn.Conv2d)
    }
    assert "circular" in modes and apart(plain, tiled) > 1e-4
    assert torch.equal(generate(control()), plain)
