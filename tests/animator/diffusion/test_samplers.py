"""Samplers by name."""

import pytest

from animator.diffusion.samplers import SAMPLERS, find_sampler
from animator.errors import ModelError


def test_names_are_found_in_any_case() -> None:
    assert find_sampler("euler A") is SAMPLERS["Euler a"]
    assert find_sampler(" dpm++  2m KARRAS") is SAMPLERS["DPM++ 2M Karras"]


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(ModelError, match=r"'DPM\+ 2M' is unknown; did you mean 'DPM\+\+ 2M'"):
        find_sampler("DPM+ 2M")


def test_spacing_is_always_written() -> None:
    assert all("timestep_spacing" in sampler.options for sampler in SAMPLERS.values())
