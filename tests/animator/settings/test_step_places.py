"""Where steps act: what the preset says, or else what the step does."""

from dataclasses import make_dataclass
from typing import Any

import pytest
from pydantic import ValidationError

from animator.core import plugins
from animator.errors import PluginError
from animator.presets.load import dump_differences, load
from animator.settings.catalog import step_group
from animator.settings.step import BUILT_IN, settings_of
from animator.timeline.lint import effect_warnings
from tests.fakes import Make

LOOKS = ("echo", "grade", "lift_gamma_gain", "lut", "glow", "chromatic_shift", "grain")


def test_steps_act_before_the_diffusion_and_looks_on_the_output(make_animation: Make) -> None:
    steps = [{"use": use, **({"file": "a.cube"} if use == "lut" else {})} for use in BUILT_IN]
    film = make_animation(steps=steps)
    places = {step.use: step.at for step in film.steps}
    assert places == {use: "output" if use in LOOKS else "before" for use in BUILT_IN}


def test_the_preset_says_where_a_step_acts(make_animation: Make) -> None:
    film = make_animation(steps=[{"use": "grain", "at": "before"}, {"use": "mirror", "at": "output"}])
    assert [step.at for step in film.steps] == ["before", "output"]
    again = load(dump_differences(film))
    assert again.steps == film.steps


def test_a_step_with_a_place_of_its_own_describes_it() -> None:
    own = {one.name: one for one in step_group("grain").settings}
    assert own["at"].default == "output" and own["at"].description
    assert own["at"].choices == ("before", "after", "output")
    assert "at" not in {one.name for one in step_group("mirror").settings}


def test_a_step_of_the_output_has_an_effect_where_nothing_is_kept(make_animation: Make) -> None:
    film = make_animation(mode="interpolation", steps=[{"use": "grain"}, {"use": "mirror"}])
    assert effect_warnings(film) == [
        "warning: steps.1.use: has no effect; it needs steps.1.at: after or output or mode: 2d, 3d or video"
    ]


def test_the_decay_of_a_mix_has_no_effect(make_animation: Make) -> None:
    film = make_animation(steps=[{"use": "echo", "decay": 0.5}])
    assert "steps.0.decay: has no effect" in str(effect_warnings(film))
    assert not effect_warnings(make_animation(steps=[{"use": "echo", "blend": "lighten", "decay": 0.5}]))


def test_at_most_four_steps_keep_an_image(make_animation: Make) -> None:
    make_animation(steps=[{"use": "echo"}] * 4 + [{"use": "echo", "at": "after"}])
    with pytest.raises(ValidationError, match="5 of them keep an image with at: output"):
        make_animation(steps=[{"use": "echo"}] * 5)


def test_a_step_of_a_package_with_an_unknown_place_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, Any] = {"apply": len, "place": "everywhere"}
    kind = make_dataclass("Fog", [], namespace=namespace, frozen=True)
    monkeypatch.setattr(plugins, "import_object", lambda place: kind)
    with pytest.raises(PluginError, match="Fog: its `place` is 'everywhere'; expected before, after, output"):
        settings_of("vignette")
