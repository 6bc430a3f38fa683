"""The reference's vectors of schedules, prompts, seeds and Parseq manifests, through the adapter.

The data are thinned copies: some film lengths only. -0.0 equals 0.0; numbers agree to 1e-9 relative.
"""

import json
import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from schedules import ScheduleError, Scope, compat_prompts, reference

from . import adapter

HERE = Path(__file__).parent
NOT_FINITE = ("NaN", "Infinity", "-Infinity")
TOLERANCE = 1e-9  # libm and interpolation round differently from build to build


def load(name: str) -> Any:
    return json.loads((HERE / "data" / name).read_text(encoding="utf-8"))


SCHEDULES = load("a_schedules.json")
PROMPTS = load("b_prompts.json")
SEEDS = load("c_seeds.json")
MANIFESTS = load("m_parseq.json")


def agree(ours: Any, theirs: Any) -> bool:
    """Returns True if two results are equal; the reference's NaN and infinities are written as text."""
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(agree, ours, theirs))
    if isinstance(ours, str) or (isinstance(theirs, str) and theirs not in NOT_FINITE):
        return bool(ours == theirs)
    number = float(theirs)
    return bool(math.isnan(ours) if math.isnan(number) else math.isclose(ours, number, rel_tol=TOLERANCE))


def by_id(cases: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in cases]


@pytest.mark.parametrize("case", by_id(SCHEDULES))
def test_schedule_values(case: dict[str, Any]) -> None:
    for result in case["results"]:
        for seed in result["seeds"]:
            arguments = (case["schedule"], result["max_frames"], seed, case["is_text"])
            if "values" in result:
                assert agree(adapter.schedule(*arguments), result["values"]), (case["schedule"], arguments)
                continue
            try:
                values = adapter.schedule(*arguments)
            except ScheduleError:
                continue
            assert len(values) == result["max_frames"]


CALLS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "expand_render_animation": lambda c: adapter.prompts_expand(c["prompts"], c["max_frames"]),
    "prepare_prompt": lambda c: adapter.prompt_prepare(c["text"], c["max_frames"], c["frame"], c["seed"]),
    "split_weighted_subprompts": lambda c: list(adapter.prompt_split(c["text"], c["frame"], c["max_frames"])),
    "interpolate_prompts": lambda c: adapter.prompts_interpolate(c["prompts"], c["max_frames"]),
    "combine_prompts": lambda c: adapter.prompts_combine(c["prompts"], c["positive"], c["negative"]),
    "get_parsed_value": lambda c: rendered(c["text"], c["frame"], c["max_f"]),
    "check_is_number": lambda c: reference.is_number(c["text"]),
}


def rendered(text: str, frame: int, max_f: int) -> str:
    import numpy as np

    return compat_prompts.render(text, np.array([frame]), Scope(max_f + 1, compat=True))[0]


def test_every_kind_of_prompt_case_is_called() -> None:
    assert set(CALLS) == set(PROMPTS)


@pytest.mark.parametrize("case", by_id([case for kind in PROMPTS.values() for case in kind]))
def test_prompts(case: dict[str, Any]) -> None:
    call = CALLS[case["id"].rpartition("_")[0]]
    if "raises" in case:
        with suppress(ScheduleError):
            call(case)
        return
    expected = case["result"]
    assert call(case) == (
        expected["frames"] if isinstance(expected, dict) and "frames" in expected else expected
    )


@pytest.mark.parametrize("case", by_id(SEEDS))
def test_seeds(case: dict[str, Any]) -> None:
    arguments = (case["seed_behavior"], case["seed_iter_N"], case["initial_seed"], 13)
    if "raises" in case:
        with pytest.raises(ScheduleError):
            adapter.seeds(*arguments)
        return
    assert adapter.seeds(*arguments) == case["seeds"]


@pytest.mark.parametrize("case", by_id(MANIFESTS))
def test_parseq(case: dict[str, Any]) -> None:
    result = adapter.parseq(case, case["manifest"])
    if "raises" in case:
        assert result["after"]["max_frames"] == case["ui"]["max_frames"]
        return
    assert result["after"] == case["after"]
    for name, values in case["anim"].items():
        if not isinstance(values, dict):  # prompts that the reference fails on without a manifest
            assert agree(result["anim"][name], values), name


def test_the_adapter_loads_without_torch() -> None:
    import subprocess
    import sys

    script = (
        "import sys, importlib.util as u\n"
        f"s = u.spec_from_file_location('a', {str(HERE / 'adapter.py')!r}); m = u.module_from_spec(s)\n"
        "s.loader.exec_module(m); m.schedule('0:(t)', 5, 0, False); assert 'torch' not in sys.modules\n"
    )
    root = HERE.parents[1]
    subprocess.run([sys.executable, "-c", script], check=True, cwd=root, env={"PYTHONPATH": str(root)})
