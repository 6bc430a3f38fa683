"""`animator bench`, and the estimates of `check` that use what it measured."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.animator.cli.in_process import animator

FAST = ("--size", 64, "--frames", 4, "--no-video")
STAND_IN = (*FAST, "--model-ms", 1)
PRESET = "size: [64, 64]\nframes: {}\nprompts: a lake\n"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is known of this machine."""
    monkeypatch.setenv("ANIMATOR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "speed.json"


def measured(capsys: pytest.CaptureFixture[str], *args: object) -> dict[str, Any]:
    code, printed = animator(capsys, "bench", *args, "--format", "json")
    assert code == 0, printed
    values: dict[str, Any] = json.loads(printed[printed.index("{") : printed.rindex("}") + 1])
    return values


def test_a_frame_is_the_model_and_all_else_and_its_stages_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    result = measured(capsys, *STAND_IN)
    assert result["schema"] == "animator.bench.1"
    assert result["frame_ms"] == pytest.approx(result["model_ms"] + result["host_ms"], abs=0.01)
    assert result["frame_ms"] == pytest.approx(sum(result["stages"].values()), abs=0.1)
    assert result["stages"]["diffuser"] == result["model_ms"] >= 1
    assert {"warp", "perlin noise", "waiting for writer", "other"} <= result["stages"].keys()
    assert {"encode", "save"} <= result["writing"].keys()


def test_json_says_what_was_measured_and_where(capsys: pytest.CaptureFixture[str]) -> None:
    result = measured(capsys, *STAND_IN, "--mode", "3d", "--cadence", 2, "--threads", 1)
    assert (result["size"], result["mode"], result["cadence"]) == ([64, 64], "3d", 2)
    assert (result["frames"], result["generations"], result["video"]) == (4, 2, False)
    assert (result["model"], result["device"], result["threads"]) == ("a stand-in of 1 ms", "cpu", 1)
    assert result["versions"]["animator"]
    assert result["written_bytes"] > 0
    assert "depth" in result["stages"]


def test_the_video_is_a_stage_where_it_is_encoded(capsys: pytest.CaptureFixture[str]) -> None:
    result = measured(capsys, "--size", 64, "--frames", 2, "--model-ms", 0)
    assert result["video"]
    assert result["writing"]["video"] > 0


def test_a_table_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = animator(capsys, "bench", *STAND_IN)
    assert code == 0
    assert "64 x 64, 2d, cadence 1, 4 frames without a video, model a stand-in of 1 ms" in printed
    assert "a frame" in printed
    assert "all else" in printed
    assert "MB written per frame" in printed


def test_nothing_is_left_in_the_measured_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    measured(capsys, *STAND_IN, "--folder", disk)
    assert list(disk.iterdir()) == []


def test_a_film_of_ones_own_is_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    preset = tmp_path / "my.yaml"
    preset.write_text(PRESET.format(40) + "diffusion: {cadence: 3}\n")
    result = measured(capsys, "--preset", preset, "--frames", 6, "--model-ms", 0, "--no-video")
    assert (result["cadence"], result["frames"], result["generations"]) == (3, 6, 2)


def test_a_group_of_in_betweens_is_measured_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(capsys, *STAND_IN, "--cadence", 3)["frames"] == 6


@pytest.mark.parametrize("blend", ["fade", "lookahead"])
def test_look_ahead_is_counted_like_every_cadence(capsys: pytest.CaptureFixture[str], blend: str) -> None:
    result = measured(capsys, *STAND_IN, "--cadence", 2, "--set", f"diffusion.cadence_blend={blend}")
    assert (result["frames"], result["generations"]) == (4, 2)


def test_generations_of_a_redo_are_the_models(capsys: pytest.CaptureFixture[str]) -> None:
    result = measured(capsys, *STAND_IN, "--set", "diffusion.diffusion_redo=2")
    assert result["generations"] == 3 * 4


def test_a_film_that_is_too_short_names_the_most_frames(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    preset = tmp_path / "short.yaml"
    preset.write_text(PRESET.format(20) + "diffusion: {cadence: 1}\n")
    code, printed = animator(capsys, "bench", "--preset", preset, "--model-ms", 0)
    assert code == 2
    assert "measure at most 3 of them" in printed
    assert measured(capsys, "--preset", preset, "--model-ms", 0, "--frames", 3)["frames"] == 3
    preset.write_text(PRESET.format(10))
    code, printed = animator(capsys, "bench", "--preset", preset, "--model-ms", 0)
    assert code == 2
    assert "the film has 10 frames" in printed


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (["--size", "65"], "--size"),
        (["--size", "big"], "--size"),
        (["--cadence", "0"], "--cadence 0"),
        (["--mode", "4d"], "--mode"),
        (["--model", "no such model"], "no such model"),
        (["--model-ms", "-1"], "--model-ms"),
        (["--model-ms", "nan"], "--model-ms"),
        (["--frames", "0"], "--frames"),
        (["--folder", "no such folder"], "no such folder"),
        (["--preset", "missing.yaml"], "missing.yaml"),
        (["--size", "64", "--set", "size=128"], "both give size"),
        (["--device", "toaster", "--model-ms", "1"], "toaster"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_measured(
    capsys: pytest.CaptureFixture[str], args: list[str], named: str
) -> None:
    code, printed = animator(capsys, "bench", *args)
    assert code == 2
    assert named in printed


def check(capsys: pytest.CaptureFixture[str], *args: object) -> str:
    """Returns what `animator check` prints of a film without problems."""
    code, printed = animator(capsys, "check", *args)
    assert code == 0, printed
    return printed


def test_check_estimates_with_what_was_measured(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, cache: Path
) -> None:
    preset = tmp_path / "my.yaml"
    preset.write_text(PRESET.format(40))
    assert "on this machine's CPU (rule of thumb; animator bench measures it)" in check(capsys, preset)
    code, printed = animator(capsys, "bench", *FAST)
    assert code == 0
    assert str(cache) in printed
    assert "on this machine (cpu; measured with animator bench on" in check(capsys, preset)
    other = check(capsys, preset, "--set", "size=512")
    assert "on this machine's CPU" in other, "64 pixels tell nothing about 512"


def test_a_stand_in_and_no_record_leave_the_estimates_alone(
    capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    measured(capsys, *STAND_IN)
    measured(capsys, *FAST, "--no-record")
    assert not cache.exists()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"schema": "x"}', '{"schema": "animator.speed.1", "speeds": [{"pixels": 0}]}'],
)
def test_a_broken_record_is_named_and_the_film_still_checked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, cache: Path, content: str
) -> None:
    preset = tmp_path / "my.yaml"
    preset.write_text(PRESET.format(4))
    cache.parent.mkdir()
    cache.write_text(content)
    assert "on this machine's CPU" in check(capsys, preset)
