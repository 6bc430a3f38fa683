"""Whole films of the reference against ours: what the diffusion is asked, and what comes out.

Images are compared as means of 8 x 8 pixels, at most 2.5 levels apart on average: the reference rounds to 8
bits after every step, ours does not, and the loop feeds both back.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from . import adapter

HERE = Path(__file__).parent
TRACES = json.loads((HERE / "data" / "n_traces.json").read_text())


@pytest.mark.parametrize("trace", TRACES["traces"], ids=lambda trace: trace["name"])
def test_whole_loops_agree(trace: dict[str, Any]) -> None:
    result = adapter.render_trace({**TRACES["base"], **trace["settings"]}, HERE / "data" / "n_inputs")
    # The reference loses the frames after its last group; ours draws them, so it may ask for more.
    for ours, theirs in zip(result["calls"], trace["calls"], strict=False):
        for name, value in theirs.items():
            if isinstance(value, str):
                assert ours[name].strip() == value.strip(), name
            else:
                assert ours[name] == pytest.approx(value, abs=1e-9), name
    assert len(result["calls"]) >= len(trace["calls"])
    with np.load(HERE / "data" / "n_frames.npz") as expected:
        prefix = f"{trace['name']}/frame_"
        for key in (key for key in expected.files if key.startswith(prefix)):
            image = result["frames"][int(key.removeprefix(prefix))]
            means = image.reshape(16, 8, 16, 8, 3).mean((1, 3))
            assert np.abs(means - expected[key]).mean() <= 2.5, key
