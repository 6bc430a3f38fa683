"""The oddities of the reference that `compat` keeps, each against what we do otherwise."""

import numpy as np
import pytest
import torch

from animator.camera import Camera, Move3D
from animator.errors import UserError
from animator.flow.deforum import deforum_flow_warp, deforum_reliability, flow_method
from animator.flow.opencv import Dis, DisQuality, Farneback
from animator.stages.color import Coherence
from animator.stages.compat.color import deforum_coherence, deforum_match_color
from animator.stages.compat.noise import deforum_noise, deforum_perlin
from animator.stages.compat.sharpen import deforum_sharpen
from animator.stages.compat.warp2d import deforum_matrix2d
from animator.stages.compat.warp3d import Lens3D, deforum_warp3d, depth_order
from animator.stages.depthmap import DepthOrder
from animator.stages.noise import Perlin
from animator.stages.sharpen import Sharpen
from animator.stages.warp2d import Flip, Move2D, matrix2d


def whole(height: int, width: int, seed: int = 0) -> torch.Tensor:
    """A picture in whole levels of 255."""
    return torch.randint(0, 256, (3, height, width), generator=torch.Generator().manual_seed(seed)) / 255


def test_a_flip_cancels_the_shift_and_is_never_neutral() -> None:
    shifted, plain = (
        deforum_matrix2d(Move2D(shift_px=shift, flip=Flip()), 256, 192) for shift in ((9.0, 4.0), (0.0, 0.0))
    )
    np.testing.assert_array_equal(shifted, plain)
    assert plain[0, 0] == pytest.approx(0.9972190, abs=1e-6)
    move = Move2D(angle_deg=5.0, shift_px=(9.0, 4.0))
    np.testing.assert_array_equal(deforum_matrix2d(move, 256, 192), matrix2d(move, 256, 192))


@pytest.mark.parametrize(
    ("algorithm", "order"),
    [
        ("Midas-3-Hybrid", DepthOrder.INVERSE),
        ("Midas-3.1-BeitLarge", DepthOrder.INVERSE),
        ("AdaBins", DepthOrder.DISTANCE),
        ("Zoe", DepthOrder.DISTANCE),
        ("Leres", DepthOrder.DISTANCE),
        ("Midas+AdaBins (old)", DepthOrder.RAW),
        ("Zoe+AdaBins (old)", DepthOrder.RAW),
    ],
)
def test_what_depth_means(algorithm: str, order: DepthOrder) -> None:
    assert depth_order(algorithm) is order


def test_unknown_names_say_what_is_known() -> None:
    with pytest.raises(
        UserError, match="'NoSuchModel' is unknown; expected a name beginning with one of midas"
    ):
        depth_order("NoSuchModel")
    with pytest.raises(UserError, match="'DualTVL1' is unknown; expected one of DIS Medium, DIS Fine"):
        flow_method("DualTVL1")


def test_the_3d_warp_truncates() -> None:
    picture = whole(64, 64)
    depth = torch.rand(64, 64, generator=torch.Generator().manual_seed(1))
    lens = Lens3D(Camera(), "Midas-3-Hybrid", sampling="bilinear")
    warped = deforum_warp3d(picture, depth, Move3D(), lens)
    lowered = ((picture - warped) * 255).round()
    assert set(lowered.unique().tolist()) == {0.0, 1.0}
    guarded = deforum_warp3d(
        picture, depth, Move3D(), Lens3D(Camera(), "Zoe+AdaBins (old)", sampling="bilinear")
    )
    torch.testing.assert_close(guarded, picture)


def test_a_depth_map_with_any_broken_value_is_a_plane() -> None:
    picture, lens, move = whole(40, 40), Lens3D(Camera(), "Zoe"), Move3D((5.0, 0, 8.0))
    broken = torch.rand(40, 40)
    broken[3, 3] = torch.nan
    assert torch.equal(deforum_warp3d(picture, broken, move, lens), deforum_warp3d(picture, None, move, lens))


def test_noise_is_drawn_at_multiples_of_64_and_its_mask_is_hard() -> None:
    picture = torch.full((3, 128, 130), 0.5)
    noised = deforum_noise(picture, 0.3, None, torch.Generator().manual_seed(1))
    repeats = (noised.diff(dim=2) == 0).all(1).all(0)
    assert repeats.sum() == 2  # two columns of 128 are drawn twice
    mask = torch.full((128, 130), 0.4)
    masked = deforum_noise(torch.full((3, 128, 130), 0.2), 0.3, None, torch.Generator().manual_seed(1), mask)
    assert masked.min() == masked.max()
    # But mid-grey (127.5, truncated) is blended in: 0.7 * 51 + 0.3 * 127.
    assert masked.mean() * 255 == pytest.approx(74.0, abs=0.5)


def test_noise_of_pictures_below_64_pixels_is_drawn_at_their_size() -> None:
    assert deforum_noise(whole(40, 50), 0.3, Perlin(), torch.Generator().manual_seed(1)).isfinite().all()


def test_perlin_settings() -> None:
    assert deforum_perlin("perlin", [2.7, 3.2, 2.0, 0.1]) == Perlin(2, 3, 2, 0.1)
    assert deforum_perlin("uniform", [8, 8, 4, 0.5]) is None
    assert deforum_perlin("gaussian", [8, 8, 4, 0.5]) is None


def test_whatever_coherence_is_unknown_means_lab() -> None:
    assert deforum_coherence("HSV") is Coherence.HSV
    assert deforum_coherence("None") is Coherence.NONE
    assert {deforum_coherence(mode) for mode in ("LAB", "Video Input", "Image", "nonsense")} == {
        Coherence.LAB
    }


def test_no_coherence_returns_the_picture_itself() -> None:
    picture = whole(8, 8)
    assert deforum_match_color(picture, whole(8, 8, 1), Coherence.NONE) is picture


def test_the_sharpening_threshold_protects_the_bright_side_alone() -> None:
    step = torch.full((3, 16, 32), 100 / 255)
    step[:, :, 16:] = 104 / 255
    sharpened = deforum_sharpen(step, Sharpen(5, 1.0, 1.0, threshold=10.0)) * 255
    torch.testing.assert_close(sharpened[:, :, 16:], torch.full((3, 16, 16), 104.0))
    assert sharpened[0, 8, 15].round() == 99


def test_the_flow_warp_is_black_beyond_a_quarter() -> None:
    picture = whole(40, 80) * 0.5 + 0.5
    warped = deforum_flow_warp(picture, torch.tensor([40.0, 0.0]).view(2, 1, 1).expand(2, 40, 80), 1.0)
    assert warped[:, :, :20].max() == 0.0
    torch.testing.assert_close(warped[:, :, 40:], picture[:, :, :40], atol=1e-4, rtol=0)
    torch.testing.assert_close(warped[:, :, 25], picture[:, :, 15], atol=1e-4, rtol=0)


def test_doubtful_flow_is_reversed() -> None:
    flow = torch.tensor([5.0, 0.0]).view(2, 1, 1).expand(2, 20, 20).contiguous()
    assert deforum_reliability(flow, -flow).unique().tolist() == [1.0]
    assert deforum_reliability(flow, flow).unique().tolist() == [-0.75]


def test_flow_methods() -> None:
    assert flow_method("DIS Fine") == Dis(DisQuality.FINE)
    assert flow_method("Farneback") == Farneback()
