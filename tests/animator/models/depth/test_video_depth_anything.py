"""Video-Depth-Anything: what it sees of a film, and that its answer is a function of that alone."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as nnf

from animator.errors import ModelError
from animator.images.image import from_uint8
from animator.models.depth.families.video_depth_anything import WINDOW
from animator.models.depth.model import VideoDepthModel
from animator.models.depth.open_depth import estimator
from animator.models.depth.preprocess import Sizing
from animator.models.depth.temporal import HEADS, TemporalModule, positions
from animator.models.depth.video_estimator import VideoEstimator
from tests.animator.models.depth.conftest import MakeImage, Official, spec_of

SPEC = spec_of("video-depth-anything-small")


@pytest.fixture(scope="module")
def state(official: Official) -> dict[str, Tensor]:
    return {k: torch.from_numpy(v) for k, v in official.weights("video_depth_anything_vits").items()}


def opened(state: dict[str, Tensor], window: int = 4) -> VideoEstimator:
    """The released network, for small images and a short past."""
    sizing = Sizing(56, 56, 14, "lower_bound")
    spec = replace(SPEC, preparation=replace(SPEC.preparation, sizing=sizing), window=window)
    network = estimator(spec, state)
    assert isinstance(network, VideoEstimator)
    return network


@pytest.fixture(scope="module")
def network(state: dict[str, Tensor]) -> VideoEstimator:
    return opened(state)


def film_of(image: MakeImage, count: int) -> list[Tensor]:
    return [from_uint8(image(56, 56, number)) for number in range(count)]


def depths(network: VideoEstimator, film: list[Tensor]) -> list[Tensor]:
    past, found = None, []
    for image in film:
        found.append(network.estimate_after(past, image))
        past = network.past_with(past, image)
    return found


def test_without_its_temporal_modules_it_is_depth_anything_2(
    network: VideoEstimator, state: dict[str, Tensor], official: Official, image: MakeImage
) -> None:
    silent = {k: v * 0 if ".proj_out." in k else v for k, v in state.items()}
    plain = {k.replace("head.", "depth_head.") if k.startswith("head.") else k: v for k, v in state.items()}
    kept = {k: v for k, v in plain.items() if "motion_modules" not in k}
    second = estimator(
        replace(spec_of("depth-anything-v2-small"), preparation=network.spec.preparation), kept
    )
    film = film_of(image, 3)
    for ours, image_alone in zip(depths(opened(silent), film), film, strict=True):
        expected = second.estimate(image_alone)
        assert torch.allclose(ours, expected, atol=1e-4 * float(expected.std()))


def test_a_temporal_module_attends_over_time_at_each_pixel_alone() -> None:
    torch.manual_seed(0)
    module, x = TemporalModule(32), torch.randn(5, 32, 2, 3)
    with torch.no_grad():
        result = module(x)
        for row in range(2):
            for column in range(3):
                expected = at_one_pixel(
                    module, nnf.group_norm(x, 32, module.norm.weight, module.norm.bias, 1e-6), row, column
                )
                assert torch.allclose(result[:, :, row, column], x[:, :, row, column] + expected, atol=1e-5)


def at_one_pixel(module: Any, normed: Tensor, row: int, column: int) -> Tensor:
    """What the module adds (T, C) to one pixel, head by head and in plain matrices."""
    tokens = module.proj_in(normed[:, :, row, column])
    for attend, norm in zip(module.attention_blocks, module.norms, strict=True):
        located = norm(tokens) + positions(5, 32, tokens)
        heads = []
        for q, k, v in zip(
            *(layer(located).chunk(HEADS, -1) for layer in (attend.to_q, attend.to_k, attend.to_v)),
            strict=True,
        ):
            heads.append(torch.softmax(q @ k.T / q.shape[-1] ** 0.5, -1) @ v)
        tokens = tokens + attend.to_out[0](torch.cat(heads, -1))
    wide, gate = module.ff.net["0"]["proj"](module.ff_norm(tokens)).chunk(2, -1)
    added: Tensor = module.proj_out(tokens + module.ff.net["2"](wide * nnf.gelu(gate)))
    return added


def test_positions_in_time_are_those_of_the_released_files() -> None:
    table = positions(3, 4, torch.zeros(1))
    assert torch.allclose(table[0], torch.tensor([0.0, 1.0, 0.0, 1.0]))
    assert torch.allclose(
        table[2],
        torch.tensor([2.0, 2.0, 0.02, 0.02])
        .sin()
        .where(torch.tensor([True, False, True, False]), torch.tensor([2.0, 2.0, 0.02, 0.02]).cos()),
    )


def test_the_images_before_change_the_depth_and_the_first_one_is_never_forgotten(
    network: VideoEstimator, image: MakeImage
) -> None:
    film = film_of(image, 7)
    alone, after = network.estimate(film[6]), depths(network, film)[6]
    assert not torch.equal(alone, after)
    past = None
    for one in film:
        past = network.past_with(past, one)
    assert past is not None
    views = [network.past_with(None, one)[0] for one in film]
    assert torch.equal(past, torch.stack([views[0], *views[4:]]))


def test_the_past_is_all_that_it_knows(
    network: VideoEstimator, state: dict[str, Tensor], image: MakeImage
) -> None:
    film = film_of(image, 7)
    through = depths(network, film)
    for stop in range(1, 7):
        fresh, past = opened(state), None
        for one in film[:stop]:
            past = network.past_with(past, one)
        assert past is not None
        for number in range(stop, 7):
            assert torch.equal(fresh.estimate_after(past.clone(), film[number]), through[number])
            past = fresh.past_with(past, film[number])


def test_the_last_image_of_the_past_is_not_seen_twice(network: VideoEstimator, image: MakeImage) -> None:
    first, second = film_of(image, 2)
    past = network.past_with(None, first)
    both = network.past_with(past, second)
    assert torch.equal(network.estimate_after(past, second), network.estimate_after(both, second))


def test_the_past_of_another_film_is_refused(network: VideoEstimator, image: MakeImage) -> None:
    wide = network.past_with(None, from_uint8(image(56, 112)))
    with pytest.raises(ModelError, match="the film's past images are"):
        network.estimate_after(wide, from_uint8(image(56, 56)))
    long = network.past_with(None, from_uint8(image(56, 56))).expand(5, -1, -1, -1)
    with pytest.raises(ModelError, match="expected up to 4"):
        network.past_with(long, from_uint8(image(56, 56)))


def test_the_released_network_sees_32_images_and_shrinks_long_ones() -> None:
    assert SPEC.window == WINDOW == 32
    assert isinstance(VideoEstimator(SPEC, torch.nn.Identity()), VideoDepthModel)
    sizing = SPEC.preparation.sizing
    assert sizing.of(512, 512) == (518, 518)
    assert sizing.of(720, 1280) == (518, 924)  # 16:9 is not too long
    assert sizing.of(512, 1024) == (462, 924)  # round(int(518 * 1.777 / 2) / 14) * 14
