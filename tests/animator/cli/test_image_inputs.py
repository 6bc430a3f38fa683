"""Every setting and command that takes an image reads it by the same rules."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animator.cli.app import main
from animator.models.diffusion.fake import FakeDiffuser

Cli = Callable[..., tuple[int, str]]
SMALL = "size: [64, 64]\nframes: 2\nprompts: a lake\ndiffusion: {seed: 3}\n"
GUIDED = "guided: {use_looper: true, init_images: {0: IMAGE}}\n"
SETTINGS = {
    "init": "init: {image: IMAGE}\n",
    "guided": GUIDED,
    "mask file": "init: {image: fine.png}\nmask: {use_mask: true, mask_file: IMAGE}\n",
    "mask expression": "init: {image: fine.png}\nmask: {use_mask: true, mask_schedule: '0: ([IMAGE])'}\n",
    "alpha as mask": "init: {image: IMAGE}\nmask: {use_mask: true, use_alpha_as_mask: true}\n",
    "colors": "color: {reference: image, image: IMAGE}\n",
    "folder": "mode: video\nvideo: {path: folder}\n",
}
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(never run) print\n"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs the command line in an empty folder; returns exit code and standard error."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Image.new("RGB", (64, 64), (90, 60, 30)).save("fine.png")

    def run(*args: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["animator", *args])
        code = 0
        try:
            main(lambda *_, **__: FakeDiffuser())
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        shown = capsys.readouterr().err
        assert "Traceback" not in shown
        return code, shown

    return run


def render(cli: Cli, settings: str, image: str = "image.png") -> tuple[int, str]:
    Path("film.yaml").write_text(SMALL + settings.replace("IMAGE", image))
    return cli("render", "film.yaml", "--out", "run")


def frame(number: int = 0) -> np.ndarray:
    with Image.open(f"run/frames/{number:09d}.png") as image:
        return np.asarray(image)


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (EPS, "is PostScript or EPS; expected an image: PNG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "is a PNG image that cannot be decoded"),
        (b"", "is an empty file; expected an image"),
    ],
    ids=["EPS", "broken", "empty"],
)
def test_what_is_not_an_image_is_refused_by_name(
    cli: Cli, setting: str, content: bytes, message: str
) -> None:
    for name in ("image.png", "folder/1.png", "folder/2.png"):
        Path(name).write_bytes(content)
    code, shown = render(cli, SETTINGS[setting])
    assert code == 2 and message in shown.replace("\n", " ")
    assert not list(Path("run/frames").glob("*.png"))


@pytest.mark.parametrize("command", ["depth", "info"])
def test_commands_refuse_it_as_well(cli: Cli, command: str) -> None:
    Path("image.png").write_bytes(EPS)
    code, shown = cli(command, "image.png")
    assert code == 2 and "image.png: is PostScript or EPS; expected" in shown


def test_a_text_of_200_mb_in_a_png_is_skipped(cli: Cli) -> None:
    content = b"Comment\0" + b"x" * 200_000_000
    body = b"tEXt" + content
    data = Path("fine.png").read_bytes()
    chunk = struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
    Path("image.png").write_bytes(data[:33] + chunk + data[33:])
    assert render(cli, SETTINGS["init"])[0] == 0
    code, shown = cli("info", "image.png")
    assert code == 2 and "has no record of how it was made" in shown


def test_what_is_under_alpha_0_is_not_shown_and_16_bits_are_gray(cli: Cli) -> None:
    Image.new("RGBA", (64, 64), (250, 20, 20, 0)).save("image.png")
    assert render(cli, "init: {image: IMAGE, strength: 1}\n")[0] == 0
    assert frame().max() == 0
    Image.fromarray(np.full((64, 64), 32896, np.uint16)).save("deep.png")
    Path("film.yaml").unlink()
    assert cli("render", "film.yaml", "--out", "other")[0] == 2
    Path("film.yaml").write_text(SMALL + "init: {image: deep.png, strength: 1}\n")
    assert cli("render", "film.yaml", "--out", "other")[0] == 0
    with Image.open("other/frames/000000000.png") as image:
        assert np.asarray(image).max() == np.asarray(image).min() == 128


def test_where_alpha_is_the_mask_the_colors_of_clear_parts_are_kept(cli: Cli) -> None:
    pixels = np.full((64, 64, 4), (200, 100, 50, 255), np.uint8)
    pixels[:, 32:, 3] = 0
    Image.fromarray(pixels).save("image.png")
    mask = "mask: {use_mask: true, use_alpha_as_mask: true, overlay_blur: 0}\n"
    assert render(cli, f"init: {{image: IMAGE, strength: 0.1}}\n{mask}")[0] == 0
    assert (frame()[:, 40:] == (200, 100, 50)).all()
