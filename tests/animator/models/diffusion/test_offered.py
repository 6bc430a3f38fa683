"""Diffusers of other packages."""

import sys
from pathlib import Path

import pytest
import torch

from animator.errors import PluginError, PresetError
from animator.models.diffusion.checkpoints.library import Library
from animator.models.diffusion.plugin import PluginDiffuser, find_plugin
from animator.models.diffusion.stable import open_diffuser
from animator.presets.load import load
from animator.runs.open_model import open_model
from animator.runs.render_run import open_run, render_run
from animator.runs.run import Run

CPU = torch.device("cpu")
NOWHERE = Library()


def preset(folder: Path, model: str) -> Path:
    path = folder / "film.yaml"
    path.write_text(
        f"model: {model}\nsize: [64, 64]\nframes: 2\nprompts: a <lora:anything:1> lake\n"
        "color: {coherence: None}\nnoise: {amount: 0}\nsharpen: {amount: 0}\noutput: {format: png}\n"
    )
    return path


@pytest.mark.usefixtures("extras")
@pytest.mark.parametrize(("model", "shade"), [("plain:0.25", 64), ("plain", 128)])
def test_a_preset_names_the_diffuser_of_another_package(tmp_path: Path, model: str, shade: int) -> None:
    animation = load(preset(tmp_path, model))
    with open_run(animation, tmp_path / "run", resume=False) as run:
        render_run(run, diffuser=open_model(animation, CPU), device=CPU)
    with Run.open(tmp_path / "run") as run:
        first, _ = run.pixels(range(2))
    assert first.min() == first.max() == pytest.approx(shade, abs=1)


@pytest.mark.usefixtures("extras")
def test_a_preset_is_checked_without_importing_the_package(tmp_path: Path) -> None:
    sys.modules.pop("animator_extras.diffuser", None)
    assert load(preset(tmp_path, "plain:some/thing")).model == "plain:some/thing"
    assert "animator_extras.diffuser" not in sys.modules


@pytest.mark.usefixtures("extras")
@pytest.mark.parametrize("model", ["plian:0.3", "plian", "nobody:a/b"])
def test_a_name_that_nobody_offers_is_refused(tmp_path: Path, model: str) -> None:
    with pytest.raises(PresetError, match=f"model {model}: there is no such"):
        load(preset(tmp_path, model))


@pytest.mark.usefixtures("extras")
def test_models_of_our_own_come_first(tmp_path: Path) -> None:
    assert find_plugin("plain", NOWHERE) == PluginDiffuser("plain", "")
    (tmp_path / "plain.safetensors").touch()
    assert find_plugin("plain", Library((tmp_path,))) is None


def test_no_package_is_asked_for_models_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("animator.core.plugins.names", lambda group: pytest.fail("asked"))
    assert find_plugin("starter", NOWHERE) is find_plugin("owner/model", NOWHERE) is None


@pytest.mark.parametrize("offered", [3, lambda model, device, options: None])
def test_a_package_that_opens_no_diffuser_is_reported(
    monkeypatch: pytest.MonkeyPatch, offered: object
) -> None:
    monkeypatch.setattr("animator.core.plugins.names", lambda group: ("odd",))
    monkeypatch.setattr("animator.core.plugins.load", lambda group, name: offered)
    with pytest.raises(PluginError, match="model odd: its package offers no function"):
        open_diffuser("odd:x", CPU)
