"""What starting costs in checkouts of animator: CPU seconds of commands, and from enter to the first frame.

    python -m tests.benchmarks.start_cost --repo ../before --repo .

Each command is a process of its own; the checkouts take turns, and the table has the medians of all rounds.
One more round before them writes the bytecode, so that compiling the sources is not counted.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

COMMANDS = {
    "--help": ["--help"],
    "presets": ["presets"],
    "models": ["models"],
    "timeline": ["timeline", "presets/quickstart.yaml", "--format", "json"],
    "check": ["check", "presets/quickstart.yaml"],
    "first frame": ["render", "presets/quickstart.yaml", "--threads", "1", "--set", "frames=1", "--out"],
}


def main() -> None:
    """Prints a table: a row for each command, a column for each checkout."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repo", type=Path, action="append", required=True, help="a checkout; often")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    for name, words in COMMANDS.items():
        for repo in args.repo:
            cpu_seconds(repo.resolve(), words)
        rounds = [[cpu_seconds(repo.resolve(), words) for repo in args.repo] for _ in range(args.rounds)]
        medians = [statistics.median(times) for times in zip(*rounds, strict=True)]
        figures = "".join(f"{seconds:9.2f}" for seconds in medians)
        sys.stdout.write(f"{name:14}{figures}   {medians[0] / medians[-1]:.2f}x\n")
        sys.stdout.flush()


def cpu_seconds(repo: Path, words: list[str]) -> float:
    """Returns the CPU time of a command, in seconds, with that of the processes it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        out = [f"{folder}/run"] if words[-1] == "--out" else []
        compiled = Path(tempfile.gettempdir()) / "animator-benchmark-bytecode"
        environment = {**os.environ, "PYTHONPATH": str(repo), "PYTHONPYCACHEPREFIX": str(compiled)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-m", "animator", *words, *out]
        subprocess.run(command, cwd=repo, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
