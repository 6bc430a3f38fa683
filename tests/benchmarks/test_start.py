"""What starting costs: CPU seconds of commands that render nothing, and from enter to the first frame.

pytest tests/benchmarks/test_start.py -m benchmark_suite -n 0 -s
"""

import statistics
import sys
from pathlib import Path

import pytest

from tests.benchmarks.start_cost import COMMANDS, cpu_seconds

pytestmark = pytest.mark.benchmark_suite
ROOT = Path(__file__).parents[2]
ROUNDS = 5
LIMITS_S = {"--help": 0.7, "presets": 0.7, "models": 0.7, "timeline": 0.7, "check": 0.7, "first frame": 3.0}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_starts_within_its_limit(name: str) -> None:
    seconds = statistics.median(cpu_seconds(ROOT, COMMANDS[name]) for _ in range(ROUNDS))
    sys.stdout.write(f"{name}: {seconds:.2f} s CPU\n")
    assert seconds <= LIMITS_S[name]
