"""Files and arguments of any kind: the answer is a message with a place, in bounded work."""

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save, save_file

from animator.cli.app import main
from animator.models.diffusion.fake import FakeDiffuser
from animator.runs.progress import Progress
from animator.runs.progress_bar import ProgressBar

Cli = Callable[..., tuple[int, str, str]]
ANIMATOR = """
from animator.cli.app import main
from animator.models.diffusion.fake import FakeDiffuser
main(lambda *_, **__: FakeDiffuser())
"""
SMALL = "size: [64, 64]\nframes: 2\nprompts: a lake\ndiffusion: {seed: 3}\n"


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs the command line in this process; returns exit code, standard output and standard error."""

    def run(*args: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["animator", *map(str, args)])
        code = 0
        try:
            main(lambda *_, **__: FakeDiffuser())
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def preset(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str, name: str = "film.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


Write = Callable[..., Path]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize(("name", "kind"), [("pipe", "a pipe"), ("folder", "a folder"), ("zero", "a device")])
def test_only_regular_files_are_read(cli: Cli, preset: Write, tmp_path: Path, name: str, kind: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "zero").symlink_to("/dev/zero")
    extends = preset(f"extends: {name}\n")
    for args in (
        ["check", extends],
        ["check", tmp_path / name],
        ["render", preset(SMALL, "a.yaml"), "--parseq", tmp_path / name],
    ):
        code, _, err = cli(*args)
        assert code == 2 and f"{tmp_path / name}: is {kind}; expected a regular file" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_wildcard_file_is_a_regular_file(cli: Cli, preset: Write, tmp_path: Path) -> None:
    (tmp_path / "wild").mkdir()
    os.mkfifo(tmp_path / "wild" / "color.txt")
    film = preset(f"{SMALL}prompt_suffix: __color__\nwildcard_folder: {tmp_path / 'wild'}\n")
    code, _, err = cli("check", film)
    assert code == 2 and "is a pipe; expected a regular file" in err


def test_a_preset_has_at_most_a_megabyte(cli: Cli, preset: Write) -> None:
    code, _, err = cli("check", preset("# " + "x" * 1_000_000))
    assert code == 2 and "film.yaml: is larger than 1000000 bytes" in err


def test_many_problems_are_counted_after_the_first_twenty(cli: Cli, preset: Write) -> None:
    code, _, err = cli("check", preset("".join(f"motoin{i}: 1\n" for i in range(50_000))))
    assert code == 2 and "50000 problems" in err and "and 49980 more" in err
    assert len(err.splitlines()) == 22


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sharpen: {kernel: 100001}", "sharpen.kernel: is 100001 at frame 0; expected 0 to 255"),
        ("sharpen: {amount: 1e300}", "sharpen.amount: is 1e+300 at frame 0; expected"),
        ("motion: {translation_x: '0:(1), 1:(1e39)'}", "motion.translation_x: is 1e+39 at frame 1; expected"),
        ("camera: {aspect_ratio: 1e-300}", "camera.aspect_ratio: is 1e-300 at frame 0; expected above 0"),
        ("noise: {perlin_w: 64, perlin_octaves: 12}", "expected at most 8192"),
        ("depth: {every: 99999999999999999999}", "depth.every: input should be less than"),
    ],
)
def test_numbers_have_ranges(cli: Cli, preset: Write, line: str, message: str) -> None:
    code, _, err = cli("check", preset(f"{SMALL}{line}\n"))
    assert code == 2 and message in err


def test_steps_have_a_range(cli: Cli, preset: Write) -> None:
    code, _, err = cli("check", preset(SMALL), "--set", "diffusion.steps=1000000")
    assert code == 2 and "diffusion.steps: is 1e+06 at frame 0; expected 1 to 1000" in err


@pytest.mark.parametrize("text", ["[" + " " * 2000, "[" * 200_000, "[ a" + " " * 1900])
def test_masks_are_parsed_in_linear_time(cli: Cli, preset: Write, text: str) -> None:
    """Tests have a timeout of minutes; the first of these took one."""
    code, _, err = cli("check", preset(f"{SMALL}mask: {{mask_schedule: {json.dumps(text)}}}\n"))
    assert code == 2 and "mask.mask_schedule" in err


def test_a_wildcard_without_end_is_left_alone_in_linear_time(cli: Cli, preset: Write) -> None:
    assert cli("check", preset(f"size: [64, 64]\nframes: 2\nprompts: '{{{'|' * 90_000}'\n"))[0] in (0, 2)


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        (
            "a: !!python/object/apply:os.system [id]",
            "film.yaml:1:4: a: has the tag !!python/object/apply:os.system",
        ),
        ("frames: !!int many", "film.yaml:1:9: frames: has the tag !!int"),
        ("name: !mine x", "film.yaml:1:7: name: has the tag !mine"),
        ("name: !!binary aGk=", "film.yaml:1:7: name: has the tag !!binary"),
        ("!!set {a}: 1", "film.yaml:1:1"),
        ("a: &x [*x]", "is nested too deeply"),
        ("prompts: " + "[" * 500 + "]" * 500, "is nested too deeply"),
        ("frames: " + "9" * 5000, "film.yaml:1:9: frames: is a number of 5000 digits"),
        ('prompts: "a \\ud83d lake"', "film.yaml:1:10: prompts: contains \\ud83d, half of a character"),
        ('prompts: \'{"0": "a \\ud83d lake"}\'', "film.yaml:1:1: prompts: contains \\ud83d"),
    ],
)
def test_yaml_mistakes_have_a_place(cli: Cli, preset: Write, yaml: str, message: str) -> None:
    code, _, err = cli("check", preset(yaml))
    assert code == 2 and message in err


@pytest.mark.parametrize("value", ["!!python/name:os.system", "!!int x", '"\\ud83d"', "9" * 5000])
def test_values_of_options_are_checked_likewise(cli: Cli, preset: Write, value: str) -> None:
    code, _, err = cli("check", preset(SMALL), "--set", f"name={value}")
    assert code == 2 and "--set name=" in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"max_frames": 2,\n "W": ' + "9" * 5000 + "}", "s.txt:2:7: a number has 5000 digits"),
        ('{"max_frames": 2,\n "prompts": {"0": "a \\ud83d lake"}}', "s.txt:2:2: prompts.0: contains \\ud83d"),
        ('{"a": ' * 100_000, "nested too deeply"),
    ],
)
def test_json_mistakes_have_a_place(cli: Cli, preset: Write, text: str, message: str) -> None:
    code, _, err = cli("check", preset(text, "s.txt"))
    assert code == 2 and message in err


def state(fields: object, **tensors: torch.Tensor) -> bytes:
    return save(tensors, metadata={"state": json.dumps(fields)})


@pytest.mark.parametrize(
    "data",
    [
        state({"schema": "animator.state.1", "next_frame": -5}),
        state({"schema": "animator.state.1", "next_frame": 1.5}),
        state({"schema": "animator.state.1", "next_frame": 1}),
        state({"schema": "animator.state.1", "next_frame": 1}, other=torch.zeros(3)),
        state({"schema": "animator.state.1", "next_frame": 1}, picture=torch.zeros(3, 8, 8)),
        state({"schema": "animator.state.1", "next_frame": 1}, picture=torch.zeros(64)),
        state([1]),
        b"\x05\0\0\0\0\0\0\0[1,2]",
    ],
)
def test_a_state_of_another_form_is_refused(cli: Cli, preset: Write, tmp_path: Path, data: bytes) -> None:
    run = tmp_path / "run"
    assert cli("render", preset(SMALL), "--out", run)[0] == 0
    frame = (run / "frames" / "000000000.png").read_bytes()
    (run / "state.safetensors").write_bytes(data)
    code, _, err = cli("resume", run)
    assert code == 2 and "state.safetensors: " in err and "--from" in err
    assert (run / "frames" / "000000000.png").read_bytes() == frame


def test_metrics_of_another_form_are_skipped(cli: Cli, preset: Write, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert cli("render", preset(SMALL), "--out", run)[0] == 0
    lines = ["[]", "5", '{"frame": "x"}', "9" * 5000, "[" * 100_000, '{"frame": NaN}']
    with (run / "frames.jsonl").open("a") as file:
        file.write("\n".join(lines))
    assert cli("report", run)[0] == 0


@pytest.mark.parametrize(
    "header",
    [
        {"__metadata__": 5},
        {"__metadata__": ["a"]},
        {"a": {"dtype": "F32", "shape": ["x"], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, None]}},
        {"a": 5},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}},
        {"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 10**30]}},
        [],
    ],
)
def test_a_broken_model_file_is_reported_alone(cli: Cli, tmp_path: Path, header: object) -> None:
    raw = json.dumps(header).encode()
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", len(raw)) + raw + b"\0" * 8)
    save_file({"x": torch.zeros(2)}, tmp_path / "b.safetensors")
    (tmp_path / "c.safetensors").symlink_to("/dev/zero")
    code, out, _ = cli("models", tmp_path)
    listed = {line.partition("  (")[0].rpartition("/")[2]: line for line in out.splitlines()}
    assert code == 0 and listed["a.safetensors"].startswith("broken file")
    assert re.search(r"a\.safetensors  \(is (corrupt|truncated|not a safetensors)", listed["a.safetensors"])
    assert "b.safetensors" in listed and "c.safetensors" not in listed


def test_control_characters_are_printed_escaped(cli: Cli, preset: Write) -> None:
    code, _, err = cli("check", preset('"\\e[31mred\\u202e": 1\n'))
    assert code == 2 and "\x1b" not in err and "\\x1b[31mred\\u202e" in err
    code, out, _ = cli("timeline", preset(SMALL), "--set", 'negative_prompt="\\e[31m"')
    assert code == 0 and "\x1b" not in out and "\\x1b[31m" in out


def test_a_cell_that_begins_like_a_formula_is_text(cli: Cli, preset: Write) -> None:
    out = cli("timeline", preset(SMALL), "--set", "prompts='=cmd()'", "--format", "csv")[1]
    assert ",'=cmd()," in out


def test_a_title_is_not_a_template(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with ProgressBar("a{b}c[red]d\x1b[31m") as bar:
        bar(Progress(1, 2, 1.0, 1))
    assert "a{b}c[red]d\\x1b[31m" in capsys.readouterr().err


def test_an_encoding_without_the_characters_gets_escapes(preset: Write, tmp_path: Path) -> None:
    film, out = preset(SMALL, "é.yaml"), tmp_path / "é☃"
    done = subprocess.run(
        [sys.executable, "-c", ANIMATOR, "render", film, "--out", out],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"\\xe9\\u2603" in done.stdout


@pytest.mark.parametrize("frames", ["²", "9" * 20, "1:²"])
def test_frame_numbers_are_decimal(cli: Cli, preset: Write, frames: str) -> None:
    code, _, err = cli("render", preset(SMALL), "--frames", frames)
    assert code == 2 and "expected a number" in " ".join(err.split())
