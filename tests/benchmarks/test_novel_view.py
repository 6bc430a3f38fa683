"""A small run of the novel-view comparison, to catch regressions of the camera."""

import pytest

from .novel_view import compare


@pytest.mark.parametrize("scene", ["balls", "cards"])
def test_the_pinhole_warp_is_far_closer_to_the_truth_than_deforums_projection(scene: str) -> None:
    for row in compare(scene, (64, 64)):
        assert row.pinhole_psnr > row.deforum_psnr + 6.0, row.as_text()
        assert row.pinhole_ssim > 0.9
