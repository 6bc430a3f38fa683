"""Depth networks of other packages."""

import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from animator.errors import ModelError, PluginError, PresetError
from animator.models.depth import names
from animator.models.depth.open_depth import open_depth
from animator.models.depth.spec import DepthModelSpec
from animator.presets.load import load


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The published file of the package's network, in the folder of models."""
    monkeypatch.setenv("ANIMATOR_MODELS", str(tmp_path))
    state = {"head.weight": torch.full((1, 3, 1, 1), 0.5), "optimizer.step": torch.zeros(1)}
    save_file(state, tmp_path / "tiny_depth.safetensors")
    return tmp_path


@pytest.mark.usefixtures("extras", "weights")
def test_a_network_is_opened_by_its_spec() -> None:
    found = open_depth("Tiny").estimate(torch.full((3, 16, 24), 0.4))
    assert torch.allclose(found, torch.full((16, 24), 0.6), atol=1e-5)


@pytest.mark.usefixtures("extras")
def test_a_network_is_opened_by_a_function_of_its_package() -> None:
    found = open_depth("slope").estimate(torch.zeros(3, 5, 4))
    assert torch.equal(found[:, 0], torch.linspace(0, 1, 5))


@pytest.mark.usefixtures("extras")
def test_a_preset_is_checked_without_importing_the_package(tmp_path: Path) -> None:
    sys.modules.pop("animator_extras.depth", None)
    (tmp_path / "film.yaml").write_text("prompts: a lake\ndepth: {model: tiny}\n")
    assert load(tmp_path / "film.yaml").depth.model == "tiny"
    assert "animator_extras.depth" not in sys.modules


@pytest.mark.usefixtures("extras")
def test_suggestions_include_networks_of_other_packages(tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text("prompts: a lake\ndepth: {model: slop}\n")
    with pytest.raises(PresetError, match="did you mean `slope`"):
        load(tmp_path / "film.yaml")


def test_built_in_names_ask_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("animator.core.plugins.names", lambda group: pytest.fail("asked"))
    assert names.resolve_name("dpt-large") == names.ResolvedName(("dpt-large",))
    assert names.resolve_name("Zoe") == names.ResolvedName(("zoe-nk",))


def test_a_package_that_offers_no_network_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("animator.core.plugins.names", lambda group: ("odd",))
    monkeypatch.setattr("animator.core.plugins.load", lambda group, name: 3)
    with pytest.raises(PluginError, match="'odd': its package offers neither"):
        open_depth("odd")


@pytest.mark.usefixtures("extras")
def test_missing_weights_of_a_package_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMATOR_MODELS", str(tmp_path))
    monkeypatch.setattr("animator.models.depth.weights.download_weights", _refuse)
    with pytest.raises(ModelError, match="tiny needs a file"):
        open_depth("tiny")


def _refuse(spec: DepthModelSpec, searched: tuple[Path, ...], into: Path) -> Path:
    raise ModelError(f"{spec.name} needs a file")
