"""Names that no file can have, folders too large to search, and formulas in every text of a preset."""

import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import animator
from animator.cli.app import main
from animator.core import walk
from animator.core.read import UnreadableError, read_bytes
from animator.presets import yaml_text

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
    assert code == 2 and "__a__: there is no a.txt" in err


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
