"""Options that several commands share: `--out`, old names, and the command that resumes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from animator.cli.app import app
from animator.cli.output_path import output_file, output_folder, output_video, stream_layout
from animator.cli.resume_command import resume_command
from animator.errors import UserError

PRESET = "size: [64, 64]\nframes: 3\nname: lake\n"


def run(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "film.yaml"
    path.write_text(PRESET)
    return path


@pytest.mark.parametrize("name", ["run", "take1.2", ".hidden", "-", "made.d"])
def test_a_path_without_a_suffix_and_what_is_a_folder_are_folders(tmp_path: Path, name: str) -> None:
    (tmp_path / "made.d").mkdir()
    out = Path("-") if name == "-" else tmp_path / name
    assert output_folder(out) == out


@pytest.mark.parametrize("name", ["film.mp4", "film.yaml", "plain"])
def test_a_file_where_a_folder_is_expected_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "plain").touch()
    with pytest.raises(UserError, match=rf"--out .*{name}: .* this command writes a folder"):
        output_folder(tmp_path / name)


def test_a_path_with_a_suffix_and_what_is_a_file_are_files(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    for out in (tmp_path / "film.yaml", tmp_path / "plain"):
        assert output_file(out) == out
    assert output_file(Path("-")) is None and output_file(None) is None


@pytest.mark.parametrize("name", ["presets", "made.d"])
def test_a_folder_where_a_file_is_expected_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "made.d").mkdir()
    with pytest.raises(UserError, match=rf"--out .*{name}: names a folder, .* give it a name with a suffix"):
        output_file(tmp_path / name)


def test_a_video_is_a_file_or_a_folder_of_images(tmp_path: Path) -> None:
    for out in (tmp_path / "film.webm", tmp_path / "images", tmp_path, Path("-")):
        assert output_video(out) == out
    (tmp_path / "odd.mp4").mkdir()
    with pytest.raises(UserError, match=r"odd\.mp4: is a folder"):
        output_video(tmp_path / "odd.mp4")


def test_frames_are_streamed_where_out_is_a_dash() -> None:
    assert (stream_layout(Path("-"), raw=False), stream_layout(Path("-"), raw=True)) == ("y4m", "rgb24")
    assert stream_layout(None, raw=False) is stream_layout(Path("run"), raw=False) is None
    with pytest.raises(UserError, match="--raw is for frames on standard output"):
        stream_layout(None, raw=True)


@pytest.mark.parametrize("option", ["-o", "--out"])
@pytest.mark.parametrize(
    ("command", "name", "kind"),
    [
        ("render", "out.yaml", "film"),
        ("preview", "film.png", "film"),
        ("resume", "folder", "film"),
        ("batch", "film.mp4", "folder"),
        ("depth", "map.png", "folder"),
        ("import", "folder", "file"),
        ("export", "folder", "file"),
        ("timeline", "folder", "file"),
    ],
)
def test_every_command_checks_what_out_names(
    preset: Path, tmp_path: Path, command: str, option: str, name: str, kind: str
) -> None:
    done = run(command, preset, option, tmp_path / name)
    suffixes = "expected .mp4, .webm, .mov, .mkv, .gif, .webp"
    said = suffixes if kind == "film" else f"this command writes a {kind}"
    assert isinstance(done.exception, UserError) and said in str(done.exception)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.csv", "frame,"), ("a.json", "{"), ("a.txt", "prompt:\n"), ("a.srt", "1\n")],
)
def test_timeline_writes_the_format_of_the_suffix(
    preset: Path, tmp_path: Path, name: str, start: str
) -> None:
    done = run("timeline", preset, "-o", tmp_path / name)
    assert done.exit_code == 0 and done.stdout == f"{tmp_path / name}\n"
    assert (tmp_path / name).read_text().lstrip().startswith(start)


def test_timeline_writes_a_chosen_format_whatever_the_suffix(preset: Path, tmp_path: Path) -> None:
    assert run("timeline", preset, "--format", "csv", "-o", tmp_path / "a.data").exit_code == 0
    assert (tmp_path / "a.data").read_text() == run("timeline", preset, "--format", "csv").stdout
    unknown = run("timeline", preset, "-o", tmp_path / "a.data")
    assert "ends in .data; expected .txt, .csv, .json, .srt" in str(unknown.exception)


@pytest.mark.parametrize(
    ("args", "old", "new"),
    [
        (("render", "--like", "nix.png"), "--like", "--settings-from"),
        (("render", "--like=nix.png"), "--like", "--settings-from"),
        (("render", "nix.txt", "--repair"), "--repair", "--fix-json"),
        (("import", "nix.txt", "--repair"), "--repair", "--fix-json"),
    ],
)
def test_old_options_work_with_a_warning_and_are_hidden(
    tmp_path: Path, args: tuple[str, ...], old: str, new: str
) -> None:
    args = tuple(str(tmp_path / "out") if arg == "OUT" else arg for arg in args)
    now = tuple(arg.replace(old, new) for arg in args)
    before, after = run(*args), run(*now)
    assert before.stderr.splitlines()[0].startswith(f"warning: {old} is now {new}")
    assert len(before.stderr.splitlines()) == len(after.stderr.splitlines()) + 1
    assert (before.exit_code, str(before.exception)) == (after.exit_code, str(after.exception))
    shown = run(args[0], "--help").stdout
    assert new in shown and old not in shown


def test_what_follows_two_dashes_is_no_option() -> None:
    done = run("render", "--", "--like")
    assert "--settings-from" not in done.stderr and "--like" in str(done.exception)


@pytest.mark.parametrize(
    ("typed", "resumed"),
    [
        ("render a.yaml", "render a.yaml --resume --out run"),
        ("render a.yaml --out x", "render a.yaml --out x --resume"),
        ("render a.yaml --out=x", "render a.yaml --out=x --resume"),
        ("render a.yaml -o - --raw", "render a.yaml --raw --resume --out run"),
        ("render a.yaml -o x --from 7", "render a.yaml -o x --resume"),
        ("render a.yaml -o x --from=7 --resume", "render a.yaml -o x --resume"),
        ("resume x --device cpu", "resume x --device cpu"),
        ("batch a.yaml b.yaml", "batch a.yaml b.yaml --resume --out run"),
        ("batch a.yaml --continue -o x", "batch a.yaml --continue -o x"),
    ],
)
def test_the_command_that_resumes_is_what_was_typed_and_the_rest(typed: str, resumed: str) -> None:
    assert resume_command(typed.split(), Path("run")) == f"animator {resumed}"


COMMANDS = (
    *("render", "resume", "preview", "check", "timeline", "report", "models"),
    *("encode", "batch", "import", "export", "info", "depth"),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example(command: str) -> None:
    assert f"Example: animator {command} " in run(command, "--help").stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_texts_show_no_emoji(command: str) -> None:
    """Text such as `A:B:` becomes one, as `:B:` is a name of an emoji."""
    assert max(run(command, "--help").stdout) < "\u2600"


@pytest.mark.parametrize("count", ["99999999999", "2147483648", "0", "²"])
@pytest.mark.parametrize("command", ["render", "resume"])
def test_a_number_of_threads_that_no_machine_has_is_refused(tmp_path: Path, command: str, count: str) -> None:
    result = run(command, tmp_path, "--threads", count)
    assert result.exit_code == 2
    assert "--threads" in result.output
