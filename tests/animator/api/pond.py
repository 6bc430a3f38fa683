"""The small film of the tests of the public names, and how it is rendered."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from animator import (
    Animation,
    FakeDiffuser,
    PresetError,
    RenderResult,
    Run,
    render_run,
)

TEXT = """
name: pond
size: [64, 64]
frames: 6
prompts: {0: a pond, 3: a lake}
diffusion: {seed: 7, cadence: 2}
motion: {zoom: 1.02}
"""
VALUES: Mapping[str, Any] = {
    "name": "pond",
    "size": (64, 64),
    "frames": np.int64(6),
    "prompts": {0: "a pond", 3: "a lake"},
    "diffusion": {"seed": 7, "cadence": 2},
    "motion": {"zoom": 1.02},
}


def rendered(film: Animation | Run, out: Path | str | None, **more: Any) -> RenderResult:
    return render_run(film, out, diffuser=FakeDiffuser(), device="cpu", **more)


def frames_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "frames").glob("*.png"))}


def problems(call: Callable[[], object]) -> list[str]:
    with pytest.raises(PresetError) as caught:
        call()
    return [str(problem) for problem in caught.value.problems]
