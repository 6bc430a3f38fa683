"""The package on its own: its dependencies and its public names."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import schedules

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "schedules.md"


def test_importing_needs_numpy_and_numexpr_only() -> None:
    script = "import schedules, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": "."},
    )
    foreign = set(done.stdout.split()) - set(sys.stdlib_module_names)
    assert {name for name in foreign if not name.startswith("_")} <= {
        "numpy",
        "numexpr",
        "schedules",
        "sitecustomize",
    }


def test_nothing_is_evaluated_by_python() -> None:
    for path in (ROOT / "schedules").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])(eval|exec|compile|pickle)\(", text), path.name
        assert not re.search(r"^\s*(from|import) (animator|torch)", text, re.MULTILINE), path.name


def test_the_public_names_exist() -> None:
    assert schedules.__all__ == sorted(schedules.__all__, key=lambda name: (name.islower(), name))
    assert all(hasattr(schedules, name) for name in schedules.__all__)


@pytest.mark.parametrize("index", range(3))
def test_the_documented_python_runs(index: int) -> None:
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    subprocess.run([sys.executable, "-c", blocks[index]], check=True, cwd=ROOT, env={"PYTHONPATH": "."})


def test_every_documented_schedule_reads() -> None:
    rows = re.findall(r"^`(0:.*?)`$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rows) >= 5
    for row in rows:
        kind = schedules.TextSchedule if '("' in row else schedules.Schedule
        assert len(kind.parse(row).values(schedules.Scope(120, bpm=120))) == 120
