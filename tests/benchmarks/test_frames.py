"""What a frame costs besides a model of 20 ms: `animator bench` at three sizes, in 2D and 3D, by cadence.

    pytest tests/benchmarks/test_frames.py -m benchmark_suite -n 0 -s

`frame_cost.py` compares checkouts, also of versions that have no `animator bench`.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.benchmark_suite
MODEL_MS = 20


def measured(*args: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "animator", "bench", "--model-ms", str(MODEL_MS), "--format", "json"]
    done = subprocess.run([*command, *map(str, args)], capture_output=True, text=True, check=True)
    values: dict[str, Any] = json.loads(done.stdout)
    return values


@pytest.mark.parametrize("cadence", [1, 2, 4])
@pytest.mark.parametrize("mode", ["2d", "3d"])
@pytest.mark.parametrize("size", [256, 512, 1024])
def test_a_frame_besides_the_model(size: int, mode: str, cadence: int) -> None:
    result = measured("--size", size, "--mode", mode, "--cadence", cadence, "--no-video")
    slowest = [name for name in result["stages"] if name not in ("diffuser", "other")][:3]
    sys.stdout.write(
        f"\n{size:5} {mode} cadence {cadence}: frame {result['frame_ms']:6.1f} ms, host "
        f"{result['host_ms']:6.1f} ms, most in {', '.join(slowest)}\n"
    )
    assert result["host_ms"] < result["frame_ms"]
