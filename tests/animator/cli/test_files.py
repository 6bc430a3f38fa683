"""The commands import, export, info, and settings files in render and check, as a script sees them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from animator.presets.load import dump, load

ROOT = Path(__file__).parents[3]
SETTINGS = {
    "W": 64, "H": 64, "max_frames": 3, "seed": 5, "steps": 2, "diffusion_cadence": 1, "animation_mode": "2D",
    "prompts": {"0": "a lake"}, "batch_name": "pond_{timestring}", "motion_preview_mode": True, "fps": 12,
    "legacy_colormatch": False,
}  # fmt: skip


def animator(*args: object, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "run.py"), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment)


def test_a_settings_file_renders_and_its_frames_record_the_settings(tmp_path: Path) -> None:
    (tmp_path / "pond.txt").write_text(json.dumps(SETTINGS))
    done = animator("render", tmp_path / "pond.txt", "--out", tmp_path / "run", "--device", "cpu")
    assert done.returncode == 0, done.stderr
    assert "note: motion_preview_mode: motion preview (left out): frames are generated" in done.stderr
    assert Path(done.stdout.strip()).name == "pond.mp4"
    shown = animator("info", tmp_path / "run" / "frames" / "000000002.png")
    assert shown.stdout.startswith("a lake\nSteps: 2, Sampler: Euler a,") and "Seed: 7" in shown.stdout
    assert "compat: true" in shown.stdout and "frame: 2" in shown.stdout
    assert "compat: true" in animator("info", tmp_path / "run" / "pond.mp4").stdout


def test_import_and_export_round_trip(tmp_path: Path) -> None:
    (tmp_path / "pond.txt").write_text(json.dumps(SETTINGS))
    made = animator("import", tmp_path / "pond.txt", "-o", tmp_path / "pond.yaml")
    assert made.returncode == 0, made.stderr
    assert made.stderr.startswith("changes the film: motion_preview_mode: motion preview (left out)")
    assert dump(load(tmp_path / "pond.yaml")) == dump(load(tmp_path / "pond.txt"))
    back = animator("export", tmp_path / "pond.yaml", "-o", tmp_path / "again.txt")
    assert back.returncode == 0, back.stderr
    twice = animator("export", tmp_path / "again.txt")
    assert twice.stdout == (tmp_path / "again.txt").read_text()


def test_a_broken_file_is_an_error_and_fixed_on_request(tmp_path: Path) -> None:
    (tmp_path / "pond.txt").write_text('{\n "max_frames": 3,\n}')
    refused = animator("check", tmp_path / "pond.txt")
    assert refused.returncode == 2
    assert "pond.txt:2:17: is not JSON: a comma before the closing }" in refused.stderr
    assert "fix it with --fix-json" in refused.stderr
    made = animator("import", tmp_path / "pond.txt", "--fix-json")
    assert made.returncode == 0 and "frames: 3" in made.stdout and "repaired" in made.stderr


def test_a_parseq_file_replaces_schedules(tmp_path: Path) -> None:
    rows = [{"frame": i, "zoom": 1.0, "zoom_delta": 1 + i / 10, "strength": 0.5} for i in range(4)]
    (tmp_path / "parseq.json").write_text(json.dumps({"rendered_frames": rows, "options": {"output_fps": 7}}))
    (tmp_path / "pond.txt").write_text(json.dumps(SETTINGS))
    for film in (tmp_path / "pond.txt", ROOT / "presets" / "glass.yaml"):
        made = animator("import", film, "--parseq", tmp_path / "parseq.json")
        assert made.returncode == 0, made.stderr
        assert "frames: 4" in made.stdout and "fps: 7.0" in made.stdout
        assert "0: (1), 1: (1.1), 2: (1.2), 3: (1.3)" in made.stdout


def test_nothing_to_render_is_a_mistake() -> None:
    done = animator("render")
    assert done.returncode == 2 and "or a preset, a settings file, or --settings-from" in done.stderr
