"""Names of preprocessors: those of the ControlNet extension and ours."""

from typing import get_args

import pytest

from animator.models.controlnet.preprocessors.find import find_preprocessor, unchanged
from animator.models.controlnet.preprocessors.kinds import KINDS, Match, match_module, modules_with_threshold
from animator.models.controlnet.preprocessors.networks import NETWORKS
from animator.settings.controlnet import ControlUnit
from animator.settings.setting_kinds import choices_in
from tests.animator.models.controlnet.tiny_networks import networks


@pytest.mark.parametrize(
    ("name", "module", "is_same"),
    [
        ("", "none", True),
        (" Canny ", "canny", True),
        ("depth_midas", "depth", True),
        ("depth_leres++", "depth", False),
        ("normal_midas", "normal", True),
        ("normal_bae", "normal", False),
        ("lineart_standard (from white bg & black line)", "lineart", True),
        ("lineart_anime_denoise", "lineart", False),
        ("scribble_xdog", "scribble", True),
        ("scribble_hed", "scribble", False),
        ("pidinet_scribble", "scribble", False),
        ("pidinet", "softedge", False),
        ("hed_safe", "softedge", False),
        ("softedge_teed", "softedge", False),
        ("mlsd", "mlsd", True),
        ("recolor_luminance", "recolor", True),
        ("recolor_intensity", "recolor", False),
        ("invert (from white bg & black line)", "invert", True),
        ("threshold", "threshold", True),
        ("shuffle", "shuffle", True),
        ("tile_colorfix", "tile", False),
        ("blur_gaussian", "blur", True),
        ("openpose", "openpose", True),
        ("openpose_full", "openpose", False),
        ("dw_openpose_full", "openpose", False),
        ("seg_ofade20k", "segmentation", True),
        ("seg_ufade20k", "segmentation", False),
        ("reference_adain", "reference_only", False),
    ],
)
def test_names_of_the_extension_are_known(name: str, module: str, is_same: bool) -> None:
    assert match_module(name) == Match(module, is_same)


@pytest.mark.parametrize("name", ["densepose", "inpaint_only", "x"])
def test_what_is_not_here_has_no_match(name: str) -> None:
    assert match_module(name) is None


def test_every_kind_can_be_set_and_has_a_function() -> None:
    modules = ControlUnit.model_fields["module"]
    assert set(choices_in(modules)) == set(KINDS)
    for name in KINDS.keys() - NETWORKS.keys():
        made = find_preprocessor(name, (None, None), networks())
        assert (made is unchanged) == (name in ("none", "reference_only"))


def test_defaults_are_in_their_ranges_and_inside_those_of_the_settings() -> None:
    for kind in KINDS.values():
        assert len(kind.thresholds) <= len(get_args(tuple[float, float]))
        assert all(0 <= x.lowest <= x.default <= x.highest <= 1000 for x in kind.thresholds)


def test_thresholds_that_are_not_given_have_their_defaults() -> None:
    assert KINDS["canny"].values((None, 90)) == (100, 90)
    assert KINDS["blur"].values((None, 5)) == (9,) and KINDS["none"].values((1, 2)) == ()
    assert set(modules_with_threshold(1)) == {"canny", "lineart", "mlsd", "openpose"}
