"""FreeU and deep shrink: what they do to the U-Net, when, and that they leave no trace."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from animator.errors import ModelError
from animator.models.diffusion.load_options import LoadOptions
from animator.models.diffusion.request import Control, GenerationRequest
from animator.models.diffusion.stable import StableDiffuser
from animator.models.diffusion.tuning import DeepShrink, FreeU
from animator.models.diffusion.unet_engine import UNetEngine
from animator.models.diffusion.unet_patches.patched import check_patchable

Opened = Callable[[str], StableDiffuser]
BLOCKS = 9
"""Input blocks of the tiny U-Net: a convolution, three times two layers, two downsamplings."""


def unet_of(diffuser: StableDiffuser) -> Any:
    engine = diffuser.engine()
    assert isinstance(engine, UNetEngine)
    return engine.model.unet


def distance(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())


@pytest.mark.parametrize("kind", ["sd1", "sdxl"])
@pytest.mark.parametrize("change", [{"freeu": FreeU()}, {"deep_shrink": DeepShrink(end=1.0)}])
def test_each_changes_the_image_and_leaves_no_trace(
    opened: Opened, request_: GenerationRequest, kind: str, change: dict[str, Any]
) -> None:
    before = opened(kind).generate(request_)
    changed = opened(kind).generate(replace(request_, **change))
    assert torch.isfinite(changed).all() and distance(changed, before) > 0.01
    assert torch.equal(opened(kind).generate(request_), before)


@pytest.mark.parametrize(
    "change", [{"freeu": FreeU(start=0.5, end=0.5)}, {"deep_shrink": DeepShrink(start=1.0, end=1.0)}]
)
def test_outside_of_its_steps_it_changes_nothing(
    opened: Opened, request_: GenerationRequest, change: dict[str, Any]
) -> None:
    assert torch.equal(opened("sd1").generate(replace(request_, **change)), opened("sd1").generate(request_))


def test_start_and_end_choose_steps(opened: Opened, request_: GenerationRequest) -> None:
    shrink = DeepShrink(block=2, start=0.3, end=0.7)
    sizes: list[tuple[int, int]] = []
    handle = unet_of(opened("sd1")).mid_block.register_forward_pre_hook(
        lambda _module, args: sizes.append(tuple(args[0].shape[-2:]))
    )
    opened("sd1").generate(replace(request_, image=None, size=(128, 64), deep_shrink=shrink))
    handle.remove()
    assert sizes == [(2, 4), (2, 4), (1, 2), (1, 2), (2, 4)]  # of five steps, the third and fourth


def test_freeu_weighs_the_coarsest_stage_alone(opened: Opened, request_: GenerationRequest) -> None:
    neutral = FreeU(b1=1.0, b2=1.0, s1=1.0, s2=1.0)
    plain = opened("sd1").generate(request_)
    assert distance(opened("sd1").generate(replace(request_, freeu=neutral)), plain) < 1 / 255
    for name in ("b1", "b2", "s1", "s2"):
        one = replace(neutral, **{name: 0.5})
        assert distance(opened("sd1").generate(replace(request_, freeu=one)), plain) > 0.005, name


@pytest.mark.parametrize("block", range(BLOCKS))
@pytest.mark.parametrize(("size", "factor"), [((64, 64), 2.0), ((72, 104), 1.7), ((136, 64), 8.0)])
def test_the_grid_is_shrunk_behind_any_block(
    opened: Opened, request_: GenerationRequest, block: int, size: tuple[int, int], factor: float
) -> None:
    shrink = DeepShrink(block, factor, end=1.0)
    image = opened("sd1").generate(replace(request_, image=None, size=size, steps=1, deep_shrink=shrink))
    assert image.shape == (3, size[1], size[0]) and torch.isfinite(image).all()


def test_a_factor_of_one_changes_nothing(opened: Opened, request_: GenerationRequest) -> None:
    shrink = DeepShrink(factor=1.0, end=1.0)
    assert torch.equal(
        opened("sd1").generate(replace(request_, deep_shrink=shrink)), opened("sd1").generate(request_)
    )


def test_a_block_that_is_not_there_is_named(opened: Opened, request_: GenerationRequest) -> None:
    with pytest.raises(ModelError, match=f"no input block {BLOCKS}; expected 0 to {BLOCKS - 1}"):
        opened("sd1").generate(replace(request_, deep_shrink=DeepShrink(BLOCKS)))


def test_deep_shrink_goes_with_no_controlnet(opened: Opened, request_: GenerationRequest) -> None:
    asked = replace(request_, deep_shrink=DeepShrink(), controls=(Control(1.0, model="any"),))
    with pytest.raises(ModelError, match="deep shrink: does not go with ControlNets"):
        opened("sd1").generate(asked)


@pytest.mark.parametrize("change", [{"freeu": FreeU()}, {"deep_shrink": DeepShrink()}, {}])
def test_a_compiled_model_is_not_changed(request_: GenerationRequest, change: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match=r"compiled one does not allow\. Set diffusion\.speed to eager"):
        check_patchable(replace(request_, **change), has_hypernetworks=not change, is_compiled=True)


@pytest.mark.parametrize("feature", ["freeu", "deep_shrink"])
def test_transformers_refuse_it(opened: Opened, request_: GenerationRequest, feature: str) -> None:
    change = {"freeu": FreeU()} if feature == "freeu" else {"deep_shrink": DeepShrink()}
    with pytest.raises(ModelError, match=r"(FreeU|deep shrink): the model .* does not support it"):
        opened("sd3").generate(replace(request_, **change))


def test_the_built_in_model_has_both(request_: GenerationRequest) -> None:
    from tests.opened import open_stable

    diffuser = open_stable("starter", torch.device("cpu"), LoadOptions())
    asked = replace(request_, steps=4)
    plain = diffuser.generate(asked)
    for change in ({"freeu": FreeU()}, {"deep_shrink": DeepShrink(block=2, end=1.0)}):
        assert distance(diffuser.generate(replace(asked, **change)), plain) > 0.02
