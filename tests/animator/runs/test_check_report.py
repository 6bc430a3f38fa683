"""The report of a check: what `animator check` prints and a server answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from animator.errors import PresetError
from animator.presets.request import draft_of_request
from animator.runs.preflight.report import CheckReport, check_report
from animator.settings.import_notes import Effect

SMALL: dict[str, Any] = {"size": [64, 128], "frames": 6, "fps": 12, "prompts": "a lake"}


def report(*request: Any, **options: Any) -> CheckReport:
    """The report of a request's settings."""
    draft, problems = draft_of_request(*request, **options)
    return check_report(draft, tuple(problems), lists_all=options.get("kind") == "deforum")


def test_a_film_without_problems_has_its_work_as_numbers() -> None:
    found = report({**SMALL, "diffusion": {"steps": 4, "strength": 0.5, "cadence": 2}})
    work = found.film_work()
    assert (found.ok, found.problems, found.error) == (True, (), None)
    assert (work.frames, work.fps, work.seconds, work.size, work.model) == (6, 12, 0.5, (64, 128), "starter")
    assert (work.needed.generated, work.needed.steps) == (3, 4 + 2 + 2)
    assert work.needed.frame_bytes == 6 * 64 * 128 * 3
    assert work.cpu_seconds is not None and work.cpu_seconds > 0
    assert "cfg_scale" in work.open_values


def test_a_film_with_problems_has_all_of_them_and_no_work() -> None:
    found = report({**SMALL, "fps": 0, "init": {"image": "none.png"}, "motion": {"zom": 1}}, {"bpm": -1})
    assert not found.ok
    assert found.work is None
    assert {problem.pointer for problem in found.problems} == {"/fps", "/init/image", "/motion/zom", "/bpm"}
    with pytest.raises(PresetError, match="4 problems"):
        found.film_work()


def test_warnings_are_lines_and_notes_are_data() -> None:
    unused = report({**SMALL, "upscaling": {"factor": 3}})
    assert any("upscaling.factor" in line for line in unused.warnings)
    imported = report(
        {"max_frames": 3, "W": 64, "H": 64, "prompts": {"0": "a"}, "made_up": 1}, kind="deforum"
    )
    assert imported.ok
    assert [note.effect for note in imported.notes if "made_up" in note.keys] == [Effect.CHANGES]
    assert not any(line.startswith("warning: upscaling") for line in imported.warnings)


def test_what_the_check_logs_is_in_the_report() -> None:
    interpolated = report({**SMALL, "frame_interpolation": {"engine": "RIFE v4.6"}})
    assert interpolated.ok
    assert any("RIFE v4.6" in line for line in interpolated.logged)
    assert report(SMALL).logged == ()


def test_a_problem_of_a_prompt_points_to_its_key() -> None:
    lora = "<lora:none:1>"
    keyed = {"0": "a", "0.5*max_f": f"b {lora}"}
    found = report({**SMALL, "prompts": keyed, "diffusion": {"cadence": 1}})
    assert [problem.pointer for problem in found.problems] == ["/prompts/0.5*max_f"]


def test_a_problem_in_a_list_points_to_its_item(tmp_path: Path) -> None:
    unit = {"model": "a/b", "source": str(tmp_path / "none.png")}
    found = report({**SMALL, "controlnet": [{"enabled": False}, unit]})
    assert "/controlnet/1/source" in {problem.pointer for problem in found.problems}


def test_a_pointer_leads_to_the_value_in_the_settings() -> None:
    settings = {**SMALL, "a/b": 1, "m~n": 2, "c.d": 3}
    pointers = {problem.pointer for problem in report(settings).problems}
    assert pointers == {"/a~1b", "/m~0n", "/c.d"}
    assert json.dumps(sorted(pointers))


def test_what_comes_into_view_takes_all_steps() -> None:
    moving = {
        **SMALL,
        "motion": {"reveal": "generate"},
        "diffusion": {"steps": 4, "strength": 0.5, "cadence": 2},
    }
    assert report(moving).film_work().needed.steps == 4 + 4 + 4
    less = {**moving, "motion": {"reveal": "generate", "reveal_strength": 0.25}}
    assert report(less).film_work().needed.steps == 4 + 3 + 3
    assert report({**moving, "mode": "interpolation"}).film_work().needed.steps == 4 + 4 + 4
