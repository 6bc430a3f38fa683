"""Samplers by name."""

import sys

import pytest
import torch
from torch import Tensor

from animator.errors import ModelError, PluginError
from animator.models.diffusion.samplers.registry import (
    ALIASES,
    METHODS,
    SAMPLERS,
    SCHEDULE_TYPES,
    find_sampler,
)
from animator.models.diffusion.samplers.sampler import Denoise, NoiseSampler, Sampler, Sigmas, sampler


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


def test_declarations_are_unique_and_name_existing_schedule_types() -> None:
    spellings = [spelling for made in METHODS.values() for spelling in (made.name.lower(), *made.aliases)]
    assert len(spellings) == len(set(spellings))
    assert {made.schedule_type for made in METHODS.values()} <= {"", *SCHEDULE_TYPES}
    assert set(ALIASES.values()) <= {*METHODS, *SCHEDULE_TYPES}


@pytest.mark.parametrize("alias", ALIASES)
def test_every_alias_is_understood(alias: str) -> None:
    name = ALIASES[alias]
    spelled = alias if name in METHODS else f"Euler {alias}"
    assert find_sampler(spelled).name == (name if name in METHODS else "Euler")


def test_a_sampler_is_a_function_below_its_declaration() -> None:
    @sampler("Mine", aliases=("ours",), calls_per_step=2)
    def mine(denoise: Denoise, x: Tensor, sigmas: Sigmas, noise: NoiseSampler) -> Tensor:
        return x

    assert isinstance(mine, Sampler)
    assert (mine.name, mine.calls_per_step) == ("Mine", 2)
    latent = torch.zeros(1)
    assert mine.solve(lambda x, sigma: x, latent, (), NoiseSampler(lambda: latent, 1.0)) is latent


@pytest.mark.usefixtures("extras")
@pytest.mark.parametrize(
    ("name", "spacing"),
    [("Euler halves", ""), ("euler_halves karras", "Karras"), ("EULER HALVES LCM", "LCM")],
)
def test_another_package_adds_a_sampler(name: str, spacing: str) -> None:
    found = find_sampler(name)
    assert (found.name, found.schedule_type, found.calls_per_step) == ("Euler halves", spacing, 2)


@pytest.mark.usefixtures("extras")
def test_other_packages_are_asked_only_for_samplers_that_are_not_built_in() -> None:
    sys.modules.pop("animator_extras.samplers", None)
    assert find_sampler("DPM++ 2M Karras") is SAMPLERS["DPM++ 2M Karras"]
    with pytest.raises(ModelError, match="unknown"):
        find_sampler("Euler halved")
    assert "animator_extras.samplers" not in sys.modules


def test_a_package_that_offers_no_sampler_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("animator.core.plugins.names", lambda group: ("odd",))
    monkeypatch.setattr("animator.core.plugins.load", lambda group, name: object())
    with pytest.raises(PluginError, match="'odd': its package offers no Sampler"):
        find_sampler("odd")
