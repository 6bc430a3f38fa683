"""The looks: what each does to an image, and that its neutral values change nothing."""

from typing import Any

import pytest
import torch
from torch import Tensor

from animator.images.colorspace import luma
from animator.loop.state import State
from animator.loop.steps.chromatic_shift import ChromaticShift
from animator.loop.steps.echo import Echo
from animator.loop.steps.glow import Glow
from animator.loop.steps.grade import Grade, LiftGammaGain
from animator.loop.steps.grain import Grain
from animator.loop.steps.kaleidoscope import Kaleidoscope
from animator.loop.steps.lut import Lut
from animator.loop.steps.mirror import Mirror
from animator.loop.steps.vignette import Vignette
from animator.timeline.plan import Plan
from animator.timeline.timeline import Timeline
from tests.fakes import Make


@pytest.fixture
def plans(make_animation: Make) -> Timeline:
    """Frames of one seed; a cut is at frame 4."""
    diffusion = {"seed": 7, "seed_behavior": "fixed", "strength": "0:(0.6), 3:(0.6), 4:(0), 5:(0.6)"}
    return Timeline(make_animation(diffusion=diffusion))


def noise(height: int = 48, width: int = 64, seed: int = 1) -> Tensor:
    return torch.rand((3, height, width), generator=torch.Generator().manual_seed(seed))


def smooth(size: int = 96) -> Tensor:
    """An image without fine detail, so that resampling it loses little."""
    y, x = torch.meshgrid(torch.linspace(0, 3, size), torch.linspace(0, 5, size), indexing="ij")
    return torch.stack((x.sin(), (x + y).cos(), (y * 2 - x).sin())) * 0.5 + 0.5


def after(step: Any, image: Tensor, plan: Plan, last: Tensor | None = None) -> Tensor:
    before = image.clone()
    result: Tensor = step.apply(image, plan, State(1, last))
    assert torch.equal(image, before), "a step does not write into its image"
    assert result.shape == image.shape and result.dtype == torch.float32
    assert 0.0 <= float(result.min()) <= float(result.max()) <= 1.0
    return result


@pytest.mark.parametrize(
    "step",
    [
        Mirror(mix=0),
        Kaleidoscope(mix=0),
        Echo(amount=0),
        Grade(),
        LiftGammaGain(),
        LiftGammaGain(channel="red"),
        Lut(file="none.cube", amount=0),
        Glow(amount=0),
        ChromaticShift(spread=0),
        Vignette(amount=0),
        Grain(amount=0),
    ],
    ids=lambda step: type(step).__name__,
)
def test_neutral_values_leave_every_bit(step: Any, plans: Timeline) -> None:
    image = noise()
    assert torch.equal(after(step, image, plans[1], noise(seed=2)), image)


@pytest.mark.parametrize(("height", "width"), [(48, 64), (33, 65), (1, 1), (2, 3)])
@pytest.mark.parametrize("keep", ["left", "right", "top", "bottom", "top-left", "bottom-right"])
def test_a_mirrored_image_equals_its_mirror_image(
    keep: Any, height: int, width: int, plans: Timeline
) -> None:
    image = noise(height, width)
    result = after(Mirror(keep=keep), image, plans[1])
    rows = slice(0, height // 2) if "top" in keep else slice(-(height // 2) or height, None)
    columns = slice(0, width // 2) if "left" in keep else slice(-(width // 2) or width, None)
    if "top" in keep or "bottom" in keep:
        assert torch.equal(result, result.flip(1))
    else:
        rows = slice(None)
    if "left" in keep or "right" in keep:
        assert torch.equal(result, result.flip(2))
    else:
        columns = slice(None)
    assert torch.equal(result[:, rows, columns], image[:, rows, columns])


@pytest.mark.parametrize("angle", [0, 90, 37.5, -400])
def test_four_segments_are_the_same_after_a_quarter_turn(angle: float, plans: Timeline) -> None:
    result = after(Kaleidoscope(segments=4, angle=angle), smooth(), plans[1])
    assert torch.allclose(result, result.rot90(1, (1, 2)), atol=1e-4)


@pytest.mark.parametrize("segments", [1, 2, 3, 5, 6, 12])
def test_segments_look_the_same_after_a_turn_by_one_of_them(segments: int, plans: Timeline) -> None:
    """A kaleidoscope of its next segment, as far as that is inside the image, is the same."""
    image = smooth()
    axis = torch.arange(96) - 47.5
    inside = torch.hypot(axis[:, None], axis) < 46
    one = after(Kaleidoscope(segments=segments, angle=20), image, plans[1])
    following = after(Kaleidoscope(segments=segments, angle=20 + 360 / segments), one, plans[1])
    assert float((one - following)[:, inside].abs().max()) < 0.05
    assert float((one - following)[:, inside].abs().mean()) < 2e-3


def test_half_a_segment_stays_as_it_is(plans: Timeline) -> None:
    image = smooth()
    result = after(Kaleidoscope(segments=1, angle=90), image, plans[1])
    assert torch.allclose(result[:, :, :47], image[:, :, :47], atol=2e-3)
    assert torch.allclose(result, result.flip(2), atol=1e-4)


@pytest.mark.parametrize("center", [(0.0, 0.0), (1.0, 0.2), (0.3, 0.9)])
def test_a_kaleidoscope_may_have_its_center_anywhere(center: tuple[float, float], plans: Timeline) -> None:
    step = Kaleidoscope(segments=7, center_x=center[0], center_y=center[1])
    assert after(step, noise(33, 65), plans[1]).isfinite().all()


def test_glow_only_adds_light_and_leaves_an_image_without_bright_areas(plans: Timeline) -> None:
    for radius in (0.0, 0.004, 0.1, 0.5):
        for image in (noise(), smooth()):
            assert (after(Glow(amount=2, radius=radius), image, plans[1]) >= image).all()
    dark = noise() * 0.3
    assert torch.equal(after(Glow(amount=2, threshold=0.5), dark, plans[1]), dark)


def test_glow_spreads_as_far_in_a_larger_image(plans: Timeline) -> None:
    def shining(size: int) -> float:
        image, (middle, half) = torch.zeros(3, size, size), (size // 2, size // 16)
        image[:, middle - half : middle + half, middle - half : middle + half] = 1
        shone = after(Glow(amount=1, radius=0.05), image, plans[1])
        return float(shone[0, middle, middle + 2 * half - 1 : middle + 2 * half + 1].mean())

    assert shining(128) == pytest.approx(shining(512), rel=0.05) and shining(128) > 0.05


def test_chromatic_shift_moves_red_outward_and_blue_inward_and_keeps_green(plans: Timeline) -> None:
    image = torch.zeros(3, 64, 64)
    image[:, 28:36, 52:56] = 1.0
    result = after(ChromaticShift(spread=0.1), image, plans[1])
    red, green, blue = (float((plane.sum(0) * torch.arange(64)).sum() / plane.sum()) for plane in result)
    assert red - green == pytest.approx(2.15, abs=0.3) and green - blue == pytest.approx(2.15, abs=0.3)
    assert torch.equal(result[1], image[1])


def test_chromatic_shift_moves_whole_channels(plans: Timeline) -> None:
    image = noise(64, 64)
    result = after(ChromaticShift(spread=0, shift_x=1 / 32, shift_y=-1 / 64), image, plans[1])
    assert torch.allclose(result[0, :-1, 2:], image[0, 1:, :-2], atol=1e-5)
    assert torch.allclose(result[2, 1:, :-2], image[2, :-1, 2:], atol=1e-5)


def test_grain_is_the_same_for_a_frame_and_new_for_the_next_one(plans: Timeline) -> None:
    image = smooth()
    first, again, other = (after(Grain(), image, plans[frame]) for frame in (1, 1, 2))
    assert torch.equal(first, again)
    assert float((first - other).abs().mean()) > 0.01


@pytest.mark.parametrize("size", [1, 1.5, 4, 12])
@pytest.mark.parametrize("color", [0, 0.5, 1])
def test_grain_has_its_strength_at_every_size(size: float, color: float, plans: Timeline) -> None:
    gray = torch.full((3, 256, 256), 0.5)
    result = after(Grain(amount=0.05, size=size, color=color), gray, plans[1])
    assert float(result.std()) == pytest.approx(0.05, rel=0.1)
    assert float(result.mean()) == pytest.approx(0.5, abs=0.005)
    assert (float((result[0] - result[1]).abs().max()) > 0) == (color > 0)


def test_grain_leaves_black_and_white(plans: Timeline) -> None:
    image = torch.cat((torch.zeros(3, 16, 32), torch.ones(3, 16, 32)), 1)
    assert torch.allclose(after(Grain(amount=1), image, plans[1]), image, atol=1e-3)


def test_an_echo_mixes_the_last_frame_in(plans: Timeline) -> None:
    image, last = noise(), noise(seed=2)
    assert torch.allclose(after(Echo(amount=0.25), image, plans[1], last), image * 0.75 + last * 0.25)


def test_an_echo_leaves_fading_trails_of_light_or_of_dark(plans: Timeline) -> None:
    image, last = noise(), noise(seed=2)
    light = after(Echo(amount=1, blend="lighten", decay=0.2), image, plans[1], last)
    assert torch.equal(light, image.maximum(last * 0.8))
    dark = after(Echo(amount=1, blend="darken", decay=0.2), image, plans[1], last)
    assert torch.allclose(1 - dark, (1 - image).maximum((1 - last) * 0.8), atol=1e-6)


def test_an_echo_begins_with_the_first_frame_and_at_a_cut(plans: Timeline) -> None:
    image = noise()
    assert plans[4].cut
    assert torch.equal(after(Echo(), image, plans[4], noise(seed=2)), image)
    assert torch.equal(after(Echo(), image, plans[0], None), image)


def test_grain_is_strongest_where_luma_is_in_the_middle(plans: Timeline) -> None:
    ramp = torch.linspace(0, 1, 256).expand(3, 256, 256)
    changed = (luma(after(Grain(amount=0.02), ramp, plans[1])) - ramp[0]).std(0)
    assert float(changed[120:136].mean()) > 1.5 * float(changed[8:16].mean())
