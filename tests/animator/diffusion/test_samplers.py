"""Samplers by name."""

from pathlib import Path

import pytest

from animator.diffusion.multistep import SOLVERS
from animator.diffusion.samplers import ALIASES, METHODS, SAMPLERS, SPACING_NAMES, find_sampler
from animator.diffusion.spacing import SPACINGS
from animator.errors import ModelError


def test_names_are_found_in_any_case() -> None:
    assert find_sampler("euler A") is SAMPLERS["Euler a"]
    assert find_sampler(" dpm++  2m KARRAS") is SAMPLERS["DPM++ 2M Karras"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("klms", "LMS"),
        ("euler_ancestral", "Euler a"),
        ("dpmpp_2s_a", "DPM++ 2S a"),
        ("dpmpp_2m_sde karras", "DPM++ 2M SDE Karras"),
        ("DPM++ 2M SDE Heun Exponential", "DPM++ 2M SDE Heun Exponential"),
        ("Euler Automatic", "Euler Uniform"),
        ("LCM Turbo", "LCM Trailing"),
        ("restart karras", "Restart"),
        ("Euler SGM Uniform", "Euler SGM Uniform"),
    ],
)
def test_other_spellings_are_understood(written: str, meant: str) -> None:
    assert find_sampler(written) == SAMPLERS[meant]


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(ModelError, match=r"'DPM\+ 2M' is unknown; did you mean `DPM\+\+ 2M`"):
        find_sampler("DPM+ 2M")
    with pytest.raises(ModelError, match="known: Euler, Euler a"):
        find_sampler("0")


def test_the_documented_names_are_all_there_are() -> None:
    text = " ".join((Path(__file__).parents[3] / "docs" / "models.md").read_text().split())
    assert f"- Methods: {', '.join(METHODS)}. " in text
    assert ", ".join(SPACING_NAMES).replace("Uniform,", "Uniform (usual),", 1) in text


def test_every_entry_has_its_solver_and_its_spacing() -> None:
    assert {sampler.method for sampler in METHODS.values()} <= SOLVERS.keys()
    assert set(SPACING_NAMES) == SPACINGS.keys()
    assert set(ALIASES.values()) <= {*METHODS, *SPACING_NAMES}
