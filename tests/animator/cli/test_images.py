"""The commands for single images: generate, upscale, info."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from animator.images.image import Image8
from animator.presets.records import read_provenance
from tests.animator.cli.in_process import animator

SMALL = ("--size", 64, "--seed", 7, "--steps", 2)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def pixels_of(path: str) -> Image8:
    with Image.open(path) as image:
        return np.asarray(image)


def test_an_image_is_written_with_its_infotext_and_can_be_made_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, printed = animator(capsys, "generate", "a lake at dawn", "-o", "lake.png", *SMALL, "--cfg", 2)
    assert code == 0 and "lake.png\n" in printed and "1 image: model starter, 2 steps, seed 7" in printed
    code, printed = animator(capsys, "info", "lake.png")
    assert printed.startswith(
        "a lake at dawn\nSteps: 2, Sampler: Euler a, CFG scale: 2, Seed: 7, Size: 64x64"
    )
    code, _ = animator(capsys, "generate", "--settings-from", "lake.png", "-o", "again.png")
    assert code == 0 and Path("again.png").read_bytes() == Path("lake.png").read_bytes()
    animator(capsys, "generate", "a forest", "--settings-from", "lake.png", "-o", "lake.jpg")
    code, printed = animator(capsys, "info", "lake.jpg")
    assert printed.startswith("a forest\nSteps: 2,")


def test_several_images_get_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = animator(
        capsys, "generate", "a lake", "-o", "lake.webp", *SMALL, "--count", 3, "--batch", 2
    )
    assert code == 0 and printed.count(".webp\n") == 3
    texts = [read_provenance(Path(f"lake-{number}.webp")).infotext or "" for number in (1, 2, 3)]
    assert [text.split("Seed: ")[1].split(",")[0] for text in texts] == ["7", "8", "9"]


def test_without_a_file_images_are_collected_in_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        animator(capsys, "generate", "a lake", *SMALL)
    assert sorted(path.name for path in Path("renders/images").iterdir()) == ["00001-7.png", "00002-7.png"]
    animator(capsys, "generate", "a lake", *SMALL, "-o", "mine")
    assert Path("mine/00001-7.png").is_file()


def test_a_grid_becomes_one_labelled_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    grid = ("--grid", "steps=1,2,3", "--grid", "sampler=Euler a,DDIM")
    code, printed = animator(capsys, "generate", "a lake", "--size", 64, *grid, "-o", "sheet.png")
    assert code == 0 and "sheet.png\n" in printed
    height, width = pixels_of("sheet.png").shape[:2]
    assert width > 3 * 64 and height > 2 * 64


def test_the_cells_of_a_grid_share_a_picked_seed(capsys: pytest.CaptureFixture[str]) -> None:
    size = ("--size", 64, "--steps", 1)
    code, _ = animator(capsys, "generate", "a lake", *size, "--grid", "exact=true,false", "-o", "sheet.png")
    cells = pixels_of("sheet.png")[-68:-4]
    assert code == 0 and (cells[:, 4:68] == cells[:, 72:136]).all()


def test_an_image_is_extended_beyond_its_edges(capsys: pytest.CaptureFixture[str]) -> None:
    animator(capsys, "generate", "a lake", *SMALL, "-o", "lake.png")
    over = ("--init", "lake.png", "--outpaint", "left=32,top=16", "--steps", 1)
    code, _ = animator(capsys, "generate", "a lake", *over, "-o", "wide.png")
    assert code == 0 and pixels_of("wide.png").shape == (80, 96, 3)
    code, printed = animator(capsys, "generate", "a lake", *over, "-o", "lake.png", "--force")
    assert code == 2 and "lake.png: is read by this command, and would be replaced by it" in printed


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "nothing to generate: give what the image shows"),
        (("a lake", "--steps", "many"), "--steps many: steps: input should be a valid integer"),
        (
            ("a lake", "--set", "hires.scael=2"),
            "--set hires.scael=2: hires.scael: unknown setting",
        ),
        (("a lake", "--set", "steps"), "expected key=value, such as steps=12 or hires.scale=2"),
        (("a lake", "--steps", "3", "--set", "steps=4"), "--steps 3 and --set steps=4 both give steps"),
        (("a lake", "--init", "no.png"), "--init no.png: init.image: no.png: there is no such file"),
        (("a lake", "--outpaint", "up=3"), "--outpaint up=3: expected sides and pixels"),
        (("a lake", "--outpaint", "9"), "--outpaint 9: outpaint: needs an image to act on; give init.image"),
        (("a lake", "--width", "64"), "no such option: --width; did you mean --size?"),
        (("a lake", "--hires-scale", "2"), "did you mean `hires.scale`? Settings are given as --set"),
        (("a lake", "-o", "lake.tiff"), "lake.tiff: ends in .tiff; expected .png, .jpg, .jpeg, .webp"),
        (("a lake", "-o", "theirs.png"), "exists, and has no record that animator wrote it"),
        (("a lake", "-o", "file"), "--out file: is a file without a suffix"),
        (("a lake", "--settings-from", "theirs.png"), "theirs.png: has no record of how it was made"),
        (("a lake", "--grid", "steps=1,2", "--steps", "3"), "steps: is given twice"),
        (("a lake", "--model", "nope.ckpt"), "--model nope.ckpt: model: model nope.ckpt: there is no such"),
        (("a lake", "--device", "tpu"), "device tpu: not available on this machine"),
    ],
)
def test_mistakes_are_answered(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], message: str
) -> None:
    Image.new("RGB", (8, 8)).save("theirs.png")
    Path("file").write_text("x")
    code, printed = animator(capsys, "generate", *args)
    assert code == 2 and message in " ".join(printed.split())
    assert not Path("renders").exists()


def test_an_image_is_enlarged_and_keeps_its_record(capsys: pytest.CaptureFixture[str]) -> None:
    animator(capsys, "generate", "a lake", *SMALL, "-o", "lake.png")
    code, printed = animator(capsys, "upscale", "lake.png", "-o", "large.jpg", "--factor", 1.5)
    assert code == 0 and printed == "large.jpg\n" and pixels_of("large.jpg").shape == (96, 96, 3)
    text = read_provenance(Path("large.jpg")).infotext or ""
    assert "Seed: 7" in text and text.endswith("Postprocess upscale by: 1.5, Postprocess upscaler: lanczos")


def test_transparency_is_enlarged_too(capsys: pytest.CaptureFixture[str]) -> None:
    Image.new("RGBA", (8, 8), (200, 10, 10, 80)).save("clear.png")
    animator(capsys, "upscale", "clear.png", "-o", "large.png", "--model", "nearest", "--factor", 4)
    assert pixels_of("large.png")[16, 16].tolist() == [200, 10, 10, 80]
    animator(capsys, "upscale", "clear.png", "-o", "large.jpg", "--factor", 4)
    assert abs(pixels_of("large.jpg")[16, 16].astype(int) - [63, 3, 3]).max() < 6


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("no.png", "-o", "a.png"), "no.png: cannot be read"),
        (("small.png", "-o", "small.png"), "small.png: is read by this command"),
        (("small.png", "-o", "a.png", "--model", "nope"), "nope is neither a file nor the name of one"),
        (("small.png", "-o", "a.bmp"), "a.bmp: ends in .bmp; expected"),
        (("wide.png", "-o", "a.png", "--factor", "16"), "would have 160000 x 1600 pixels; expected at most"),
    ],
)
def test_what_cannot_be_enlarged_is_named(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], message: str
) -> None:
    Image.new("RGB", (8, 8)).save("small.png")
    Image.new("RGB", (10000, 100)).save("wide.png")
    code, printed = animator(capsys, "upscale", *args)
    assert code == 2 and message in " ".join(printed.split()) and not Path("a.png").exists()
