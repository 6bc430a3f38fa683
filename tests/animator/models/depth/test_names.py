"""Names of presets and of old settings files."""

import subprocess
import sys

import pytest

from animator.models.depth import names
from animator.models.depth.registry import MODELS
from tests.animator.models.depth.conftest import spec_of


def resolve_name(name: str) -> names.ResolvedName:
    found = names.resolve_name(name)
    assert found is not None, name
    return found


def test_every_name_opens_one_network_and_names_are_unique() -> None:
    every = [name for spec in MODELS for name in (spec.name, *spec.aliases)]
    assert len(set(every)) == len(every)
    for name in every:
        assert resolve_name(name).names == (spec_of(name).name,)


def test_the_names_that_presets_document_are_there() -> None:
    documented = {
        "starter",
        "midas-small",
        "midas-v21",
        "dpt-large",
        "dpt-hybrid",
        "dpt-beit-large-512",
        "dpt-swin2-tiny",
        "dpt-levit",
        "depth-anything-v2-small",
        "depth-anything-v2-base",
        "depth-anything-v2-large",
        "zoe-n",
        "zoe-k",
        "zoe-nk",
    }
    assert documented <= set(names.names())
    assert names.names()[0] == "starter"


@pytest.mark.parametrize(
    ("old", "opens"),
    [
        ("Midas-3-Hybrid", ("dpt-large",)),
        ("Midas-3.1-BeitLarge", ("dpt-beit-large-512",)),
        ("Zoe", ("zoe-nk",)),
        ("AdaBins", ("zoe-n",)),
        ("Leres", ("dpt-large",)),
        ("Midas+AdaBins (old)", ("dpt-large", "zoe-n")),
        ("Zoe+AdaBins (old)", ("zoe-nk", "zoe-n")),
        ("Depth-Anything-V2-Small", ("depth-anything-v2-small",)),
        ("dpt_large_384", ("dpt-large",)),
    ],
)
def test_old_names_open_the_nearest_network(old: str, opens: tuple[str, ...]) -> None:
    found = resolve_name(old)
    assert found.names == opens
    assert all(names.find_spec_by_name(name) for name in opens)
    assert (found.blend is not None) == (len(opens) == 2)


@pytest.mark.parametrize("old", ["Midas-3-Hybrid", "AdaBins", "leres", "midas+adabins (OLD)"])
def test_differences_from_the_old_tool_have_a_notice(old: str) -> None:
    assert resolve_name(old).notice


def test_equal_networks_have_no_notice() -> None:
    assert not resolve_name("dpt-large").notice
    assert not resolve_name("Zoe").notice


def test_an_unknown_name_gets_the_nearest_suggested() -> None:
    assert names.resolve_name("dpt-lage") is None
    message = str(names.unknown_model("dpt-lage"))
    assert "'dpt-lage': neither a known name nor a file" in message
    assert "did you mean `dpt-large`? known names:" in message
    assert "starter" in message


def test_addresses_are_https_and_end_in_the_file() -> None:
    for spec in MODELS:
        assert spec.url.startswith("https://")
        file = spec.url.rsplit("/", 1)[1]
        # On the hub, the files of these are all called the same.
        shared = {"/DA3": "model.safetensors", "/moge-2-": "model.pt"}
        assert file == spec.files[0] or any(file == name for part, name in shared.items() if part in spec.url)


def test_reading_the_names_loads_no_torch() -> None:
    code = "import sys, animator.models.depth.names; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
