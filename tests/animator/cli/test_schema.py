"""`animator schema`: the JSON schema of presets."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from animator.settings.json_schema import preset_schema
from tests.animator.cli.in_process import animator

Captured = pytest.CaptureFixture[str]


def test_the_schema_is_printed_or_written(capsys: Captured, tmp_path: Path) -> None:
    code, printed = animator(capsys, "schema")
    assert code == 0
    assert json.loads(printed) == preset_schema()

    file = tmp_path / "preset.schema.json"
    assert animator(capsys, "schema", "-o", file)[0] == 0
    assert file.read_text() == printed
    assert animator(capsys, "schema", "-o", file)[0] == 0  # the same again


def test_a_file_of_others_is_not_replaced(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text("{}")
    code, printed = animator(capsys, "schema", "-o", file)
    assert code == 2
    assert "left as it is" in printed
    assert file.read_text() == "{}"


def test_the_schema_needs_no_torch() -> None:
    code = (
        "import sys, animator.settings.json_schema as s; s.preset_schema(); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
