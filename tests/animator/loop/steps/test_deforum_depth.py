"""Depth scaling of films with `compat`, by the name of Deforum's network."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from animator.images.depth_map import is_usable, prepare_depth
from animator.loop.build.pipeline import build_pipeline
from animator.loop.steps.deforum_depth import deforum_scaling
from animator.loop.steps.depth_source import DepthScaling, Equalized, Normalized, Stabilized
from animator.loop.steps.motion_3d import DeforumWarp
from animator.models.depth.blend import mixed_inverse
from animator.models.diffusion.fake import FakeDiffuser
from animator.settings import Animation

Make = Callable[..., Animation]
SCALINGS = [
    Equalized(),
    Normalized(),
    Stabilized(),
    *(deforum_scaling(n) for n in ("starter", "Leres", "Zoe")),
]


@pytest.fixture
def inverse() -> Tensor:
    """Inverse depth (48, 64), 0.1 to 0.6, with an edge."""
    rows = torch.linspace(0.1, 0.5, 48).unsqueeze(1).expand(48, 64).clone()
    rows[20:30, 10:30] = 0.6
    return rows


@pytest.mark.parametrize("name", ["Midas-3-Hybrid", "Midas-3.1-BeitLarge", "starter", "a/file.pt"])
def test_inverse_depth_is_placed_as_without_compat(name: str, inverse: Tensor) -> None:
    z, plain = (2.0 - scaling.normalize(inverse) for scaling in (deforum_scaling(name), Equalized()))
    assert torch.equal(z, plain)


@pytest.mark.parametrize("name", ["Zoe", "AdaBins", " adabins "])
def test_meters_are_equalized_as_meters(name: str, inverse: Tensor) -> None:
    z = 2.0 - deforum_scaling(name).normalize(inverse)
    torch.testing.assert_close(z, 1.0 + prepare_depth(1.0 / inverse))
    assert z[25, 20] == z.min()


def test_lereses_substitute_counts_distances(inverse: Tensor) -> None:
    torch.testing.assert_close(
        2.0 - deforum_scaling("Leres").normalize(inverse), 1.0 + prepare_depth(-inverse)
    )


def test_old_networks_distances_stay_as_they_are(inverse: Tensor) -> None:
    meters = 1.0 / inverse
    torch.testing.assert_close(2.0 - deforum_scaling("Zoe+AdaBins (old)").normalize(inverse), meters)
    midas = torch.full_like(meters, 12.0)
    blend = mixed_inverse(midas, meters, 0.2)
    wanted = 0.2 * (50.0 - midas) / 19.0 + 0.8 * meters
    torch.testing.assert_close(2.0 - deforum_scaling("Midas+AdaBins (old)").normalize(blend), wanted)


@pytest.mark.parametrize("value", [7.25, torch.nan, torch.inf, -torch.inf, 0.0])
@pytest.mark.parametrize(
    "scaling", SCALINGS, ids=["equalized", "normalized", "steadied", "starter", "Leres", "Zoe"]
)
def test_a_map_that_is_flat_or_not_finite_is_a_plane(scaling: DepthScaling, value: float) -> None:
    flat = torch.full((8, 9), value)
    assert not is_usable(flat)
    assert torch.equal(scaling.normalize(flat), torch.ones(8, 9))


@pytest.mark.parametrize("name", ["Midas-3-Hybrid", "Zoe", "Leres", "Zoe+AdaBins (old)"])
def test_one_broken_value_makes_a_plane_with_compat_only(name: str, inverse: Tensor) -> None:
    inverse[3, 3] = torch.nan
    assert torch.equal(deforum_scaling(name).normalize(inverse), torch.ones_like(inverse))
    assert Equalized().normalize(inverse).unique().numel() > 10


@pytest.mark.parametrize(
    ("settings", "scaling"),
    [
        ({"depth": {"model": "Zoe"}}, Equalized()),
        ({"depth": {"model": "Zoe"}, "compat": True}, deforum_scaling("Zoe")),
        ({"depth": {"model": "Zoe", "stabilize": True}, "compat": True}, Stabilized()),
    ],
)
def test_which_films_scale_it_so(
    make_animation: Make, settings: dict[str, object], scaling: DepthScaling
) -> None:
    class Flat:
        def estimate(self, image: Tensor) -> Tensor:
            return torch.ones(image.shape[-2:])

    motion = build_pipeline(make_animation(mode="3d", **settings), FakeDiffuser(), depth=Flat()).motion
    assert isinstance(motion, DeforumWarp) and motion.depth_source is not None
    assert motion.depth_source.scaling == scaling
