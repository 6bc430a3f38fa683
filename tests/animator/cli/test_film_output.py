"""`-o film.mp4`: the finished film is put there, in the format of its suffix."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from animator.cli.resume_command import resume_film_command
from animator.core.marks import PART_COMMENT
from tests.animator.cli.in_process import animator
from tests.animator.film.facts import facts_of

ROOT = Path(__file__).parents[3]
PRESET = "name: lake\nsize: 64\nframes: 3\nprompts: a lake\ndiffusion: {steps: 1, seed: 1}\n"


@pytest.fixture(autouse=True)
def in_a_folder_with_a_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(PRESET)


@pytest.mark.parametrize(
    "name", ["out.mp4", "new/folder/out.webm", "out.MOV", "out.mkv", "out.gif", "out.webp"]
)
def test_the_film_is_put_at_the_path_in_the_format_of_its_suffix(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed = animator(capsys, "render", "film.yaml", "-o", name)
    assert code == 0 and name in printed.splitlines()
    (own,) = Path("renders/lake").glob(f"*/lake{Path(name).suffix.lower()}")
    assert Path(name).read_bytes() == own.read_bytes()
    assert not list(Path(name).parent.glob(".animator*"))
    assert animator(capsys, "render", "film.yaml", "-o", name, "--resume")[0] == 0  # ours is replaced


def test_the_most_processed_video_is_the_film(capsys: pytest.CaptureFixture[str]) -> None:
    large = ("--set", "upscaling={enabled: true, model: lanczos, factor: 2}")
    assert animator(capsys, "render", "film.yaml", "-o", "out.mp4", *large)[0] == 0
    assert facts_of(Path("out.mp4")).size == (128, 128)


def test_another_format_takes_its_usual_codec_and_set_may_choose_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("film.yaml").write_text(f"{PRESET}output: {{format: mov, codec: prores}}\n")
    assert animator(capsys, "render", "film.yaml", "-o", "out.mp4")[0] == 0
    code, printed = animator(capsys, "render", "film.yaml", "-o", "b.mp4", "--set", "output.codec=vp9")
    assert code == 2 and "codec: vp9 does not go into mp4" in printed


def test_what_is_not_ours_is_replaced_with_force_only(capsys: pytest.CaptureFixture[str]) -> None:
    Path("out.mp4").write_bytes(b"holiday")
    code, printed = animator(capsys, "render", "film.yaml", "-o", "out.mp4")
    assert code == 2 and "--force" in printed
    assert Path("out.mp4").read_bytes() == b"holiday" and not Path("renders").exists()
    assert animator(capsys, "render", "film.yaml", "-o", "out.mp4", "--force")[0] == 0
    assert facts_of(Path("out.mp4")).frames == 3


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["-o", "out.txt"], "--out out.txt: ends in .txt; expected .mp4, .webm, .mov, .mkv, .gif, .webp"),
        (["-o", "out.png"], "ends in .png; expected .mp4"),
        (["-o", "out.mp4", "--set", "output.format=gif"], "--set output.format=gif ask for two formats"),
        (["-o", "film.yaml/out.mp4"], "film.yaml/out.mp4: cannot be written"),
        (["-o", "out.mp4", "--from", "2"], "redo a part of a run: name its folder with --out"),
        (["-o", "link.mp4"], "link.mp4: exists, and has no record"),
    ],
)
def test_a_wrong_target_is_found_before_anything_is_rendered(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("link.mp4").symlink_to("elsewhere.mp4")
    code, printed = animator(capsys, "render", "film.yaml", *args)
    assert code == 2 and message in printed
    assert not list(Path().glob("renders/*/*/frames/*")) and not Path("elsewhere.mp4").exists()


def test_an_input_of_the_film_is_never_replaced(capsys: pytest.CaptureFixture[str]) -> None:
    assert animator(capsys, "render", "film.yaml", "-o", "clip.mp4")[0] == 0
    before = Path("clip.mp4").read_bytes()
    clip = ("--set", "mode=video", "--set", "video.path=clip.mp4")
    code, printed = animator(capsys, "render", "film.yaml", *clip, "-o", "clip.mp4", "--force")
    assert code == 2 and "is read by this command" in printed and Path("clip.mp4").read_bytes() == before


def test_a_folder_named_like_a_film_is_the_run_folder(capsys: pytest.CaptureFixture[str]) -> None:
    Path("run.mp4").mkdir()
    assert animator(capsys, "render", "film.yaml", "-o", "run.mp4")[0] == 0
    assert Path("run.mp4/lake.mp4").is_file()


def test_preview_and_resume_put_the_film_there_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = animator(capsys, "preview", "film.yaml", "-o", "preview.webm")
    assert code == 0 and "preview.webm" in printed.splitlines()
    assert facts_of(Path("preview.webm")).frames == 3
    assert animator(capsys, "render", "film.yaml", "-o", "run", "--frames", "0:2")[0] == 0
    code, printed = animator(capsys, "resume", "run", "-o", "late.gif")
    assert code == 0 and "late.gif" in printed.splitlines() and Path("run/lake.gif").is_file()


@pytest.mark.parametrize(
    ("typed", "resumed"),
    [
        ("render film.yaml -o a.mp4", "resume runs/1 -o a.mp4"),
        ("render --prompt x --seed 3 -o a.mp4", "resume runs/1 -o a.mp4"),
        (
            "render film.yaml --out=a.mp4 --device cpu --threads=2 --allow-pickle",
            "resume runs/1 -o a.mp4 --device cpu --threads=2 --allow-pickle",
        ),
        ("render film.yaml -o a.mp4 --frames 0:9", "render film.yaml -o a.mp4 --frames 0:9 --resume"),
        ("resume runs/1 -o a.mp4 --force", "resume runs/1 -o a.mp4 --force"),
    ],
)
def test_the_command_that_resumes_repeats_the_film(typed: str, resumed: str) -> None:
    command = resume_film_command(typed.split(), Path("runs/1"), Path("a.mp4"))
    assert command == f"animator {resumed}"


def test_a_command_that_stopped_before_its_first_frame_starts_again() -> None:
    assert resume_film_command(["render", "a b.yaml"], None, Path("a.mp4")) == "animator render 'a b.yaml'"


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_after_ctrl_c_the_printed_command_puts_the_film_there(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "run.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [*command, "render", "film.yaml", "--frames", "40", "-o", "out.mp4", "--device", "cpu"],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(Path().glob("renders/lake/*/frames/*3.png")) and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(signal.SIGINT)
    _, stderr = child.communicate()
    assert child.returncode == 130 and not Path("out.mp4").exists()
    (line,) = [line.strip() for line in stderr.splitlines() if line.strip().startswith("animator ")]
    assert line.startswith("animator resume renders/lake/") and line.endswith("-o out.mp4 --device cpu")
    done = subprocess.run([*command, *shlex.split(line)[1:]], env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == "out.mp4\n"
    assert facts_of(Path("out.mp4")).frames == 40
    assert PART_COMMENT.encode() not in Path("out.mp4").read_bytes()
