"""Steps that a preset adds: ours, and those of installed packages."""

import pickle
import re
import sys
from collections.abc import Callable
from dataclasses import make_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from animator.core import plugins
from animator.errors import PresetError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.render import render
from animator.loop.state import State
from animator.loop.steps.filters import PresetStep
from animator.loop.steps.vignette import Vignette
from animator.models.diffusion.passthrough import PassthroughDiffuser
from animator.presets.load import dump, dump_differences, load
from animator.runs.run_settings import digest
from animator.settings import Animation
from animator.settings.catalog import setting_groups, step_group
from animator.settings.setting_kinds import SettingKind
from animator.settings.step import BUILT_IN, names
from animator.timeline.lint import effect_warnings
from animator.timeline.table import rows
from animator.timeline.timeline import Timeline

Make = Callable[..., Animation]
PACKAGE = Path(__file__).parents[2] / "plugin_package"


@pytest.fixture
def posterize(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installs the example package the way an installer does: its code and a record of its entry points."""
    install(tmp_path, (PACKAGE / "pyproject.toml").read_text(), monkeypatch)
    monkeypatch.syspath_prepend(str(PACKAGE))


def install(folder: Path, pyproject: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (name,) = re.findall(r'^name = "(.+)"', pyproject, re.MULTILINE)
    (entries,) = re.findall(
        r'^\[project\.entry-points\."animator\.steps"\]\n((?:.+\n)+)', pyproject, re.MULTILINE
    )
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[animator.steps]\n" + entries.replace('"', ""))
    monkeypatch.syspath_prepend(str(folder))


def preset(folder: Path, text: str) -> Path:
    path = folder / "film.yaml"
    path.write_text(f"size: [64, 64]\nframes: 4\nprompts: a lake\ndiffusion: {{seed: 1}}\n{text}")
    return path


def problems(path: Path) -> str:
    with pytest.raises(PresetError) as caught:
        load(path)
    return str(caught.value)


@pytest.mark.usefixtures("posterize")
def test_a_step_of_an_installed_package_has_its_values_in_the_plan(tmp_path: Path) -> None:
    film = load(preset(tmp_path, "steps: [{use: posterize, levels: '0:(2), 3:(8)', mix: t/3}]\n"))
    step: Any = Timeline(film)[3].steps[0]
    assert (type(step).__name__, step.levels, step.mix, step.rounding) == ("Posterize", 8, 1.0, "nearest")
    assert type(step.levels) is int
    assert [row["steps.0.levels"] for row in rows(Timeline(film))] == [2, 4, 6, 8]


@pytest.mark.usefixtures("posterize")
def test_a_step_of_an_installed_package_is_described_like_ours() -> None:
    (steps,) = (group for group in setting_groups() if group.name == "steps")
    assert steps.settings[0].choices == tuple(sorted((*BUILT_IN, "posterize")))
    own = {one.name: one for one in step_group("posterize").settings}
    assert (own["levels"].kind, own["levels"].low, own["levels"].default) == (SettingKind.SCHEDULE, 2, 4)
    assert (own["rounding"].path, own["rounding"].default) == ("steps.rounding", "nearest")
    assert own["rounding"].kind is SettingKind.CHOICE and all(one.description for one in own.values())


def test_a_step_without_its_source_is_described_without_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = make_dataclass("Fog", [("folder", Path, Path("a"))], namespace={"apply": len}, frozen=True)
    monkeypatch.setitem(sys.modules, "fog", ModuleType("fog"))
    monkeypatch.setattr(kind, "__module__", "fog")
    monkeypatch.setattr(plugins, "import_object", lambda place: kind)
    (folder,) = step_group("vignette").settings
    assert (folder.description, folder.default, folder.kind) == ("", "a", SettingKind.VALUE)


@pytest.mark.usefixtures("posterize")
def test_a_step_of_an_installed_package_acts_in_the_film(make_animation: Make) -> None:
    film = make_animation(frames=2, steps=[{"use": "posterize", "at": "after", "levels": 2}])
    frames = list(render(Timeline(film), build_pipeline(film, PassthroughDiffuser()), State()))
    assert all(set(frame.image.unique().tolist()) <= {0.0, 1.0} for frame in frames)


@pytest.mark.usefixtures("posterize")
def test_a_package_is_imported_only_where_a_preset_names_its_step(make_animation: Make) -> None:
    sys.modules.pop("animator_posterize", None)
    assert "posterize" in names()
    make_animation(steps=[{"use": "vignette"}])
    assert "animator_posterize" not in sys.modules
    make_animation(steps=[{"use": "posterize"}])
    assert "animator_posterize" in sys.modules


@pytest.mark.usefixtures("posterize")
def test_every_mistake_is_found_at_its_place_before_anything_loads(tmp_path: Path) -> None:
    text = (
        "steps:\n"
        "  - {use: vignete}\n"
        "  - {use: posterize, mix: '0:(0), 3:(2)', level: 3}\n"
        "  - {use: posterize, levels: '0:(2'}\n"
        "  - {amount: 1}\n"
        "  - {use: posterize, rounding: up}\n"
    )
    said = problems(preset(tmp_path, text))
    assert "film.yaml:6:6: steps.0.use: 'vignete' is unknown; did you mean `vignette`?" in said
    assert "film.yaml:7:22: steps.1.mix: is 1.33333 at frame 2; expected 0 to 1 at every frame" in said
    assert "film.yaml:7:43: steps.1.level: unknown setting; did you mean `levels`?" in said
    assert "film.yaml:8:22: steps.2.levels: " in said
    assert f"steps.3.use: is missing; expected the name of a step; known: {', '.join(names())}" in said
    assert "film.yaml:10:22: steps.4.rounding: input should be 'nearest' or 'down'; got 'up'" in said


def test_without_the_package_the_name_is_unknown(tmp_path: Path) -> None:
    said = problems(preset(tmp_path, "steps: [{use: posterize}]\n"))
    assert f"steps.0.use: 'posterize' is unknown; known: {', '.join(sorted(BUILT_IN))}" in said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (
            "import missing_module\n",
            "its_step: the package broken-step 1.0 cannot be imported (Module",
        ),
        ("Step = 3\n", "its_step: 3 is not a step; expected a frozen dataclass with `apply`"),
    ],
)
def test_a_broken_package_is_named(
    source: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyproject = (
        'name = "broken-step"\n[project.entry-points."animator.steps"]\nits_step = "broken_step:Step"\n'
    )
    install(tmp_path, pyproject, monkeypatch)
    (tmp_path / "broken_step.py").write_text(source)
    sys.modules.pop("broken_step", None)
    assert f"steps.0.use: {said}" in problems(preset(tmp_path, "steps: [{use: its_step}]\n"))


@pytest.mark.usefixtures("posterize")
def test_steps_are_part_of_the_snapshot_and_of_the_digest(tmp_path: Path) -> None:
    film = load(preset(tmp_path, "steps: [{use: posterize, levels: '0:(2), 3:(8)'}, {use: vignette}]\n"))
    for number, dumped in enumerate((dump(film), dump_differences(film))):
        again = tmp_path / f"{number}.yaml"
        again.write_text(dumped)
        assert load(again) == film and digest(load(again)) == digest(film)
    other = load(preset(tmp_path, "steps: [{use: posterize, levels: '0:(2), 3:(9)'}, {use: vignette}]\n"))
    assert digest(other) != digest(film)
    assert film.plain()["steps"][0] == {
        "use": "posterize",
        "at": "before",
        "levels": "0:(2), 3:(8)",
        "mix": 1.0,
        "rounding": "nearest",
        "palette": "",
    }


@pytest.mark.usefixtures("posterize")
def test_files_of_a_step_are_looked_for_beside_the_preset(tmp_path: Path) -> None:
    (tmp_path / "colors.txt").write_text("")
    film = load(preset(tmp_path, "steps: [{use: posterize, palette: colors.txt}]\n"))
    step: Any = Timeline(film)[0].steps[0]
    assert step.palette == str(tmp_path / "colors.txt")
    said = problems(preset(tmp_path, "steps: [{use: vignette}, {use: posterize, palette: none.txt}]\n"))
    assert "steps.1.palette: none.txt: there is no such file (looked for in" in said


@pytest.mark.usefixtures("posterize")
def test_settings_with_steps_can_be_pickled(make_animation: Make) -> None:
    film = make_animation(steps=[{"use": "posterize", "levels": "0:(2), 3:(8)"}])
    assert pickle.loads(pickle.dumps(film)) == film


def test_steps_stand_between_sharpening_and_noise_or_after_the_colors(make_animation: Make) -> None:
    film = make_animation(steps=[{"use": "vignette", "at": "after"}, {"use": "vignette"}])
    pipeline = build_pipeline(film, PassthroughDiffuser())
    assert [type(step).__name__ for step in pipeline.before] == [
        "MatchPrompts",
        "Contrast",
        "AntiBlur",
        "PresetStep",
        "PerlinNoise",
    ]
    assert pipeline.before[3] == PresetStep(1)
    assert [type(step).__name__ for step in pipeline.after] == ["MatchPrompts", "PresetStep"]
    assert pipeline.after[1] == PresetStep(0)


def test_a_step_before_the_diffusion_is_warned_of_where_nothing_is_generated(make_animation: Make) -> None:
    steps = [{"use": "vignette", "at": "after"}, {"use": "vignette"}]
    assert effect_warnings(make_animation(mode="interpolation", steps=steps)) == [
        "warning: steps.1.use: has no effect; it needs steps.1.at: after or output or mode: 2d, 3d or video"
    ]
    assert not effect_warnings(make_animation(steps=steps))


def test_a_vignette_darkens_corners_and_keeps_the_center(make_animation: Make) -> None:
    plan = Timeline(make_animation())[0]
    dark = Vignette(amount=0.5, start=0.25).apply(torch.ones(3, 65, 33), plan, State())
    assert dark[:, 32, 16].tolist() == [1.0, 1.0, 1.0]
    assert dark[0, 0, 0] == pytest.approx(0.5) and dark[0, -1, -1] == dark[0, 0, 0]
    assert (dark[0, 32].diff()[:16] >= 0).all()
    assert torch.equal(Vignette(amount=0.0).apply(dark, plan, State()), dark)
