"""The table of a film's values."""

import csv
import io
import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from animator.cli.app import app
from animator.timeline.plot import curves, plot
from animator.timeline.table import to_csv, to_json, to_table
from animator.timeline.timeline import Timeline
from tests.fakes import Make


def film(make_animation: Make) -> Timeline:
    return Timeline(
        make_animation(
            frames=5,
            fps=10,
            motion={"zoom": "0:(1), 4:(1.4)", "angle": "sin(t)"},
            prompts={0: "day", 3: "night"},
        )
    )


def test_csv_has_every_value_unrounded(make_animation: Make) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(film(make_animation)))))
    assert [float(row["motion.zoom"]) for row in rows] == pytest.approx([1.0, 1.1, 1.2, 1.3, 1.4], rel=1e-12)
    assert [row["prompt"] for row in rows] == ["day", "day", "day", "night", "night"]
    assert [row["seed"] for row in rows] == ["7", "8", "9", "10", "11"]
    assert float(rows[3]["seconds"]) == 0.3


def test_json_is_the_same(make_animation: Make) -> None:
    data = json.loads(to_json(film(make_animation)))
    assert (data["fps"], data["size"], len(data["frames"])) == (10, [64, 64], 5)
    assert data["frames"][4]["motion.zoom"] == 1.4 and data["frames"][4]["diffusion.sampler"] == "Euler a"


def test_the_table_puts_what_never_changes_on_top(make_animation: Make) -> None:
    lines = to_table(film(make_animation)).splitlines()
    heading = next(i for i, line in enumerate(lines) if line.startswith("frame"))
    assert "diffusion.strength: 0.65" in lines[:heading]
    assert "motion.zoom" in lines[heading] and "diffusion.strength" not in lines[heading]
    assert len(lines) - heading == 1 + 5


def test_curves_are_those_that_change_with_their_keys(make_animation: Make) -> None:
    found = curves(film(make_animation).animation)
    assert [(curve.name, curve.keys) for curve in found] == [("motion.angle", (0,)), ("motion.zoom", (0, 4))]
    image = plot(found)
    assert image.size == (900, 220)
    assert len(image.getcolors(100_000) or ()) > 3


def test_the_command_prints_and_plots(tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text("frames: 3\nmotion: {zoom: '1+t/10'}\n")
    shown = CliRunner().invoke(
        app,
        ["timeline", str(tmp_path / "film.yaml"), "--format", "csv", "--plot", str(tmp_path / "curves.png")],
    )
    assert shown.exit_code == 0, shown.output
    assert len(shown.stdout.splitlines()) == 4
    with Image.open(tmp_path / "curves.png") as image:
        assert image.size == (900, 110)
