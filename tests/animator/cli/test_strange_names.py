"""Names that no file can have, folders too large to search, and formulas in every text of a preset."""

import json
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import animator
from animator.cli.app import main
from animator.core import walk
from animator.core.read import UnreadableError, read_bytes
from animator.presets import yaml_text
from animator.presets.load import dump

Cli = Callable[..., tuple[int, str]]
SMALL = "size: [64, 64]\nframes: 2\nprompts: a lake\ndiffusion: {seed: 3}\n"
NAMES = ("~nobody-lives-here/x", "x" * 300, "é" * 200, "./loop/x", "./missing/x")


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs the command line in a folder with a small preset; returns exit code and standard error."""
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(SMALL)
    Path("loop").symlink_to("loop")

    def run(*args: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["animator", *args])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        return code, capsys.readouterr().err

    return run


@pytest.mark.parametrize("name", NAMES, ids=("home", "long", "long in bytes", "loop", "missing"))
@pytest.mark.parametrize(
    "setting",
    [
        "model={}",
        "depth.model={}",
        "init.image={}",
        "video.path={}",
        "mask.mask_schedule='[{}]'",
        "sound={{add_soundtrack: File, soundtrack_path: {}}}",
        "upscaling={{enabled: true, model: {}}}",
        "frame_interpolation={{engine: FILM, model: {}}}",
        "controlnet=[{{module: canny, model: {}.safetensors}}]",
        "wildcard_folder={}",
    ],
)
def test_a_name_that_no_file_can_have_is_a_missing_file(cli: Cli, setting: str, name: str) -> None:
    wild = ["--set", "prompts=__a__"] if setting.startswith("wildcard") else []
    code, err = cli("check", "film.yaml", *wild, "--set", setting.format(name))
    assert code == 2 and name.removeprefix("./") in err


@pytest.mark.parametrize("name", NAMES[:2])
def test_a_folder_that_cannot_be_is_an_empty_folder(
    cli: Cli, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMATOR_MODELS", name)
    assert cli("check", "film.yaml", "--set", f"diffusion.model_folders=[{name}]") == (0, "")


def test_a_null_character_in_a_path_is_refused(cli: Cli, tmp_path: Path) -> None:
    for line in (
        'wildcard_folder: "a\\0"',
        'extends: "a\\0"',
        'diffusion: {seed: 3, model_folders: ["a\\0"]}',
    ):
        text = SMALL.replace("a lake", "__a__").replace("diffusion: {seed: 3}\n", "")
        (tmp_path / "null.yaml").write_text(f"{text}{line}\n")
        code, err = cli("check", "null.yaml")
        assert code == 2 and err.startswith("error: 1 problem in ")


def test_a_folder_is_searched_up_to_a_number_of_files(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "MAX_ENTRIES", 20)
    for index in range(30):
        (tmp_path / f"{index}.txt").touch()
    code, err = cli(
        "check", "film.yaml", "--set", "diffusion.model_folders=[.]", "--set", "model=a.safetensors"
    )
    assert code == 2 and "holds more than 20 files; name a smaller folder" in err
    code, err = cli("check", "film.yaml", "--set", "wildcard_folder=.", "--set", "prompts=__a__")
    assert code == 2 and "wildcard_folder: .: holds more than 20 files" in err


@pytest.mark.parametrize("name", ["prompt_prefix", "prompt_suffix", "negative_prompt"])
@pytest.mark.parametrize(
    ("text", "message"), [("`1/0`", "gives inf"), ("``", "no value"), ("`x`", "unknown name")]
)
def test_a_formula_beside_the_prompts_is_checked_like_theirs(
    cli: Cli, name: str, text: str, message: str
) -> None:
    code, err = cli("check", "film.yaml", "--set", f'{name}="{text}"')
    assert code == 2 and f"{name}: " in err and message in err


def test_a_formula_in_a_wildcard_file_is_checked(cli: Cli) -> None:
    for text, message in (("red `1/0`", "gives inf"), ("red `1/`", "a value is missing")):
        Path("a.txt").write_text(text)
        code, err = cli("check", "film.yaml", "--set", "wildcard_folder=.", "--set", "prompts=__a__")
        assert code == 2 and "prompts: " in err and message in err


def test_an_unknown_easing_of_the_prompts_is_refused(cli: Cli) -> None:
    code, err = cli("check", "film.yaml", "--set", "prompt_morph=lineer")
    assert code == 2 and "prompt_morph: unknown easing `lineer`" in err and "linear" in err


@pytest.mark.parametrize("value", ['{"0": ' * 3_000, '{"0": ' + "9" * 5_000 + "}"])
def test_images_by_frame_are_json_within_limits(cli: Cli, tmp_path: Path, value: str) -> None:
    (tmp_path / "json.yaml").write_text(f"{SMALL}guided: {{init_images: '{value}'}}\n")
    code, err = cli("check", "json.yaml")
    assert code == 2 and "guided.init_images" in err


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML was built without libyaml")
def test_deep_and_long_yaml_is_refused_without_reading_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's own parser takes time that grows with the square of the depth, and seconds for a megabyte."""
    monkeypatch.setattr(yaml_text, "_Loader", None)
    for text in ("[" * 5_000, "a: " + "[" * 5_000, "a:\n" + "  - b\n" * 20_000 + " @"):
        assert yaml_text.read(text, "film.yaml").problems
    with pytest.raises(ValueError, match="nested too deeply"):
        yaml_text.scalar("[" * 5_000)


def test_an_argument_that_is_refused_is_printed_escaped(cli: Cli) -> None:
    for args in (["check", "--a\x1b[31mb"], ["--a\x1b[31mb"], ["a\x1b[31mb"], ["check", "a", "b\x1b[31mb"]):
        code, err = cli(*args)
        assert code == 2 and "\x1b[31mb" not in err and "\\x1b[31mb" in err


def test_reading_takes_memory_for_what_is_there_alone(tmp_path: Path) -> None:
    path = tmp_path / "small"
    path.write_bytes(b"abc")
    tracemalloc.start()
    try:
        assert read_bytes(path, 2**40) == b"abc"
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    with pytest.raises(UnreadableError, match="larger than 2 bytes"):
        read_bytes(path, 2)


def test_the_home_folder_is_looked_up_in_one_place() -> None:
    """`Path.expanduser` fails for a name that no user has."""
    package = Path(animator.__file__).parent
    users = [path for path in package.rglob("*.py") if ".expanduser()" in path.read_text(encoding="utf-8")]
    assert users == [package / "core" / "paths.py"]


@pytest.mark.parametrize("value", [".inf", "1e999", ".nan"])
def test_infinite_rates_are_refused_by_their_range(cli: Cli, value: str) -> None:
    for name, limit in (("fps", "1000"), ("bpm", "10000")):
        code, err = cli("check", "film.yaml", "--set", f"{name}={value}")
        assert code == 2 and f"{name}: input should be less than or equal to {limit}" in err


@pytest.mark.parametrize("setting", ["diffusion.cadence", "diffusion.subseed", "diffusion.seed_schedule"])
@pytest.mark.parametrize("frame", [0, 1])
def test_a_whole_number_is_finite_in_imported_films_too(cli: Cli, setting: str, frame: int) -> None:
    """Deforum keeps infinite values, which no whole number is."""
    value = f"{setting}=0:(1), {frame}:(1/0)"
    code, err = cli("check", "film.yaml", "--set", "compat=true", "--set", value)
    assert code == 2 and f"{setting}: frame {frame}: the value is inf; expected a whole number" in err


@pytest.mark.parametrize("text", ["1e5", "1e999", "-1e3", "017", "on", "~", "12:30", "2001-01-01"])
def test_a_text_that_looks_like_a_number_is_recorded_as_text(text: str) -> None:
    """YAML 1.1, by whose rules PyYAML writes, takes 1e5 for text; we read YAML 1.2, where it is a number."""
    film = animator.load({"name": text, "negative_prompt": text, "prompts": {"0": text}})
    again = animator.load(f"\n{dump(film)}")
    assert again.plain() == film.plain() and again.negative_prompt == text


@pytest.mark.parametrize(
    "entry", [{"films": [None]}, {"films": None}, {"seconds": None}, {"preset": 5}, {"folder": []}]
)
def test_a_broken_entry_in_the_summary_of_a_batch_is_refused(cli: Cli, entry: dict[str, Any]) -> None:
    film = {
        "preset": "film.yaml",
        "folder": "batch/film",
        "status": "finished",
        "films": ["batch/film/film.mp4"],
    }
    Path("batch").mkdir()
    summary = {"schema": "animator.batch.1", "films": [{**film, **entry}]}
    Path("batch/batch.json").write_text(json.dumps(summary))
    code, err = cli("batch", "film.yaml", "--out", "batch", "--resume")
    assert code == 2 and "is not the summary of a batch" in err
