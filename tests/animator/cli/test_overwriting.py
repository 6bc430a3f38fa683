"""No command replaces its own input, or a file that animator did not write; no write follows a link."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from animator.cli.app import main
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from animator.models.diffusion.fake import FakeDiffuser

PRESET = "# by hand\nname: lake\nsize: [64, 64]\nframes: 3\nfps: 12\nprompts: a lake\ndiffusion: {seed: 3}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(PRESET)
    return tmp_path


def animator(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr("sys.argv", ["animator", *args])
    try:
        main(lambda *_, **__: FakeDiffuser())
    except SystemExit as stopped:
        return int(stopped.code or 0)
    return 0


class Commands:
    """Runs commands, and notes what they print."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def succeed(self, *args: str) -> str:
        code = animator(self._monkeypatch, *args)
        shown = self._capsys.readouterr()
        assert code == 0, shown.err
        return shown.out

    def refused(self, *args: str) -> str:
        before = contents(Path())
        code = animator(self._monkeypatch, *args)
        shown = self._capsys.readouterr()
        assert code == 2 and "Traceback" not in shown.err, shown.err
        assert contents(Path()) == before
        return shown.err


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(monkeypatch, capsys)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def save_image(path: Path, value: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (64, 64), (value, 20, 20)).save(path)
    return path


def save_clip(path: Path) -> Path:
    size = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=0.3"]
    subprocess.run([get_ffmpeg_exe(), "-loglevel", "error", *size, str(path)], check=True)
    return path


@pytest.mark.parametrize("command", ["render", "preview"])
def test_a_preset_beside_the_run_is_not_replaced(commands: Commands, command: str) -> None:
    Path("preset.yaml").write_text(PRESET)
    assert "preset.yaml" in commands.refused(command, "preset.yaml", "--out", ".")
    assert "preset.yaml" in commands.refused(command, "film.yaml", "--out", ".")


def test_an_imported_preset_is_not_replaced_by_the_run(commands: Commands) -> None:
    Path("s.txt").write_text(json.dumps({"max_frames": 3, "W": 64, "H": 64, "prompts": {"0": "a lake"}}))
    commands.succeed("import", "s.txt", "-o", "preset.yaml")
    assert "preset.yaml" in commands.refused("render", "preset.yaml", "--out", ".")


@pytest.mark.parametrize(
    "name",
    [
        "frames/000000000.png",
        "frames/other.jpg",
        "frames.jsonl",
        "log.jsonl",
        "states/a.safetensors",
        "run.json",
        "lake.mp4",
        "lake.part.mp4",
        ".lock",
    ],
)
@pytest.mark.parametrize("more", [(), ("--resume",)])
def test_a_run_does_not_start_over_files_of_others(
    commands: Commands, name: str, more: tuple[str, ...]
) -> None:
    path = Path("other") / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"theirs")
    assert name.split("/")[0] in commands.refused("render", "film.yaml", "--out", "other", *more)
    assert path.read_bytes() == b"theirs" and not (Path("other") / "preset.yaml").exists()


def test_frames_of_others_in_a_run_are_not_replaced(commands: Commands) -> None:
    commands.succeed("render", "film.yaml", "--out", "run")
    save_image(Path("run/frames/000000002.png"))
    assert "000000002.png" in commands.refused("render", "film.yaml", "--out", "run", "--from", "1")
    save_clip(Path("run/clip.mp4"))
    assert "clip.mp4" in commands.refused(
        "render", "film.yaml", "--out", "run", "--resume", "--set", "name=clip"
    )


def test_a_run_may_be_repeated_resumed_and_redone(commands: Commands) -> None:
    for more in ((), ("--resume",), ("--from", "1"), ("--resume",)):
        commands.succeed("render", "film.yaml", "--out", "run", "--set", "output.subtitles=[prompt]", *more)
    commands.succeed("encode", "run")
    commands.succeed("report", "run")
    commands.succeed("report", "run")


def test_an_edited_record_is_kept_when_a_run_is_redone(commands: Commands) -> None:
    commands.succeed("render", "film.yaml", "--out", "run")
    edited = Path("run/preset.yaml").read_text() + "# a note of mine\n"
    Path("run/preset.yaml").write_text(edited)
    commands.succeed("render", "run/preset.yaml", "--out", "run", "--from", "1")
    assert Path("run/preset-edited-1.yaml").read_text() == edited


def test_a_preset_is_imported_again_until_it_is_edited(commands: Commands) -> None:
    Path("s.txt").write_text(json.dumps({"max_frames": 3, "prompts": {"0": "a lake"}}))
    for frames in (3, 4):
        Path("s.txt").write_text(json.dumps({"max_frames": frames, "prompts": {"0": "a lake"}}))
        commands.succeed("import", "s.txt", "-o", "film2.yaml")
    Path("film2.yaml").write_text(Path("film2.yaml").read_text().replace("frames: 4", "frames: 5"))
    assert "--force" in commands.refused("import", "s.txt", "-o", "film2.yaml")
    commands.succeed("import", "s.txt", "-o", "film2.yaml", "--force")
    for more in ((), ("--force",)):
        commands.refused("import", "s.txt", "-o", "s.txt", *more)


@pytest.mark.parametrize(
    "args", [("export", "film.yaml", "-o", "notes.txt"), ("timeline", "film.yaml", "-o", "notes.csv")]
)
def test_texts_of_others_are_replaced_only_with_force(commands: Commands, args: tuple[str, ...]) -> None:
    Path(args[-1]).write_text("mine")
    assert "--force" in commands.refused(*args)
    commands.succeed(*args, "--force")
    commands.succeed(*args)  # the same text again
    Path("base.yaml").write_text(PRESET)
    Path("film.yaml").write_text("extends: base.yaml\nframes: 4\n")
    assert "base.yaml" in commands.refused("export", "film.yaml", "-o", "base.yaml")


def test_a_plot_replaces_plots_alone(commands: Commands) -> None:
    save_image(Path("photo.png"))
    assert "photo.png" in commands.refused("timeline", "film.yaml", "--plot", "photo.png")
    for _ in range(2):
        commands.succeed("timeline", "film.yaml", "--plot", "curves.png")


def test_encode_replaces_only_videos_of_ours(commands: Commands) -> None:
    commands.succeed("render", "film.yaml", "--out", "run")
    save_clip(Path("clip.mp4"))
    assert "--force" in commands.refused("encode", "run", "--out", "clip.mp4")
    commands.succeed("encode", "run", "--out", "clip.mp4", "--force")
    commands.succeed("encode", "run", "--out", "clip.mp4")
    sound = ("--set", "sound.add_soundtrack=File", "--set", "sound.soundtrack_path=clip.mp4")
    commands.refused("encode", "run", "--out", "clip.mp4", "--force", *sound)


@pytest.mark.parametrize("name", ["images.gif", "images.webp"])
def test_animated_images_are_encoded_again_and_those_of_others_left(commands: Commands, name: str) -> None:
    # Every frame is generated: WebP joins equal ones.
    commands.succeed("render", "film.yaml", "--out", "run", "--set", "diffusion.cadence=1")
    for _ in range(2):
        commands.succeed("encode", "run", "--out", name)
        commands.succeed("encode", "run", "--set", f"output.format={name.split('.')[1]}")
    with Image.open(name) as image:
        assert getattr(image, "n_frames", 1) == 3
        image.seek(2)
        image.load()
    save_image(Path(name))
    assert name in commands.refused("encode", "run", "--out", name)


def test_encode_into_a_folder_deletes_and_replaces_no_image_of_others(commands: Commands) -> None:
    commands.succeed("render", "film.yaml", "--out", "run")
    save_image(Path("mine/000000100.png"))
    assert "000000100.png" in commands.refused("encode", "run", "--out", "mine")
    save_image(Path("new.part/picture.png"))
    assert "new.part" in commands.refused("encode", "run", "--out", "new")
    commands.succeed("render", "film.yaml", "--out", "run2")
    assert "000000000.png" in commands.refused("encode", "run", "--out", "run2/frames")
    for _ in range(2):
        commands.succeed("encode", "run", "--out", "images")
    assert sorted(path.name for path in Path("images").iterdir()) == [f"{i:09d}.png" for i in range(3)]


def test_depth_of_a_video_goes_into_a_folder_of_its_own(commands: Commands) -> None:
    save_clip(Path("clip.mp4"))
    mine = save_image(Path("000000000.png"))
    before = mine.read_bytes()
    for _ in range(2):
        assert (
            commands.succeed("depth", "clip.mp4", "--model", "fake").splitlines()[0]
            == "clip.depth/000000000.png"
        )
    assert mine.read_bytes() == before
    save_image(Path("clip.depth/000000001.png"))
    assert "000000001.png" in commands.refused("depth", "clip.mp4", "--model", "fake")
    save_image(Path("photo.png"))
    save_image(Path("photo.depth.png"))
    assert "--force" in commands.refused("depth", "photo.png", "--model", "fake")


def test_a_batch_leaves_folders_of_others(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    save_image(Path("out/film/frames/000000000.png"))
    assert animator(monkeypatch, "batch", "film.yaml", "--out", "out") == 1
    assert "not of a run" in json.loads(Path("out/batch.json").read_text())["films"][0]["error"]
    Path("out/batch.json").write_text('{"films": []}')
    commands.refused("batch", "film.yaml", "--out", "out", "--resume")


@pytest.mark.parametrize(
    "name",
    [
        "frames",
        "states",
        "downloads",
        "depth",
        ".lock",
        "frames.jsonl",
        "log.jsonl",
        "run.json",
        "state.safetensors",
    ],
)
def test_links_in_a_run_folder_are_refused(commands: Commands, name: str) -> None:
    commands.succeed("render", "film.yaml", "--out", "run")
    path = Path("run") / name
    target = Path("elsewhere")
    if path.is_dir():
        path.rename(target)
    elif name in ("states", "downloads", "depth"):
        target.mkdir()
    else:
        target.write_text("mine")
        path.unlink(missing_ok=True)
    path.symlink_to(target.resolve())
    assert "symbolic link" in commands.refused("resume", "run")


@pytest.mark.parametrize(
    "name", [".lake.srt.part", "lake.srt", "lake.part.mp4", "lake.mp4", ".lake.part.mp4"]
)
def test_no_write_of_a_run_follows_a_link(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings = ("--set", "output.subtitles=[prompt]")
    commands.succeed("render", "film.yaml", "--out", "run", *settings)
    Path("bashrc").write_text("mine")
    path = Path("run") / name
    path.unlink(missing_ok=True)
    path.symlink_to(Path("bashrc").resolve())
    animator(monkeypatch, "render", "film.yaml", "--out", "run", "--from", "1", *settings)
    assert Path("bashrc").read_text() == "mine"


def test_a_writer_of_videos_follows_no_link(here: Path) -> None:
    Path("bashrc").write_text("mine")
    Path("film.part.mp4").symlink_to(here / "bashrc")
    with VideoWriter(VideoSpec("film.mp4", (64, 64), 10)) as writer:
        writer.write(np.zeros((64, 64, 3), np.uint8))
    assert Path("bashrc").read_text() == "mine" and Path("film.mp4").stat().st_size > 0


def test_leftovers_of_a_killed_session_are_removed(commands: Commands) -> None:
    commands.succeed("render", "film.yaml", "--out", "run")
    Path("bashrc").write_text("mine")
    leftover = Path("run/frames/.animator-0123456789abcdef.part")
    leftover.symlink_to(Path("bashrc").resolve())
    commands.succeed("resume", "run")
    assert not leftover.is_symlink() and Path("bashrc").read_text() == "mine"
