"""Every format: ffmpeg reads back what was written."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from animator.errors import UserError
from animator.film import encoders
from animator.film.comment import read_comment
from animator.film.formats import FORMATS, Encoding, encoders_of
from animator.film.spec import VideoSpec
from animator.film.writer import VideoWriter
from tests.animator.film.facts import decoded, facts_of

BT709 = "tv, bt709, progressive"
RATE = 30000 / 1001
FILMS = [
    (made.name, codec)
    for made in FORMATS.values()
    if made.name in ("mp4", "webm", "mov", "mkv")
    for codec in made.codecs
]
PIXELS = {"prores": "yuv422p10le", "ffv1": "bgr0"}
NAMES = {"h265": "hevc"}


def gradient(frame: int, width: int = 96, height: int = 64) -> np.ndarray:
    """Smooth colors that move a little."""
    x = np.linspace(0, 1, width)[None, :] + frame / 100
    y = np.linspace(0, 1, height)[:, None] + np.zeros((1, width))
    red, green, blue = 0.2 + 0.6 * (x % 1) * np.ones_like(y), 0.3 + 0.5 * y, 0.5 + 0 * x * y
    return (np.stack((red, green, blue), -1) * 255).astype(np.uint8)


def write(film: VideoSpec, count: int) -> None:
    with VideoWriter(film) as writer:
        for frame in range(count):
            writer.write(gradient(frame, *film.size))


@pytest.mark.parametrize(("name", "codec"), FILMS, ids=lambda part: part)
def test_streams_are_what_was_asked_for(tmp_path: Path, name: str, codec: str) -> None:
    path = tmp_path / f"film.{name}"
    write(VideoSpec(path, (96, 64), 29.97, Encoding(codec)), 20)
    facts = facts_of(path)
    assert (facts.codec, facts.frames, facts.size) == (NAMES.get(codec, codec), 20, (96, 64))
    assert facts.pixels == PIXELS.get(codec, "yuv420p")
    assert facts.tags == ("pc, gbr/bt709/bt709, progressive" if codec == "ffv1" else BT709)
    assert facts.fps == pytest.approx(RATE, abs=0.005)  # ffmpeg prints two places
    assert facts.seconds == pytest.approx(20 / RATE, abs=0.011)  # its clock has hundredths
    assert [left.name for left in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["mp4", "webm", "mov", "mkv"])
def test_films_say_how_they_were_made(tmp_path: Path, name: str) -> None:
    comment = '{"preset": "a: 1\\nb: =;#"}'
    write(VideoSpec(tmp_path / f"film.{name}", (96, 64), 10, comment=comment), 1)
    assert read_comment(tmp_path / f"film.{name}") == comment


@pytest.mark.parametrize(("name", "codec"), FILMS, ids=lambda part: part)
def test_colors_come_back(tmp_path: Path, name: str, codec: str) -> None:
    path = tmp_path / f"film.{name}"
    write(VideoSpec(path, (96, 64), 10, Encoding(codec)), 3)
    seen = decoded(path, "" if codec == "ffv1" else "bt709")
    error = np.abs(seen[1].astype(int) - gradient(1)).mean()
    assert (
        error == 0 if codec == "ffv1" else error < 2.5
    )  # rounding to limited range, and the codec's own loss


@pytest.mark.parametrize(("name", "codec"), FILMS, ids=lambda part: part)
def test_odd_sizes_are_kept(tmp_path: Path, name: str, codec: str) -> None:
    path = tmp_path / f"film.{name}"
    write(VideoSpec(path, (97, 65), 10, Encoding(codec)), 2)
    as_it_is = codec in ("vp9", "ffv1")
    seen = decoded(path, "" if codec == "ffv1" else "bt709")
    assert seen.shape[1:3] == ((65, 97) if as_it_is else (66, 98))
    assert np.abs(seen[0, -1, :97].astype(int) - gradient(0, 97, 65)[-1]).mean() < 4  # the last row again


@pytest.mark.parametrize("fps", [10, 12.5, 50])
def test_gifs_have_every_image_and_the_right_time(tmp_path: Path, fps: float) -> None:
    write(VideoSpec(tmp_path / "film.gif", (96, 64), fps), 15)
    with Image.open(tmp_path / "film.gif") as gif:
        images = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(gif)]
        times = [frame.info["duration"] for frame in ImageSequence.Iterator(gif)]
        assert gif.info["loop"] == 0
    assert len(images) == 15 and sum(times) == pytest.approx(15_000 / fps, abs=15)
    assert np.abs(images[7].astype(int) - gradient(7)).mean() < 12  # 256 colors for all images
    assert [left.name for left in tmp_path.iterdir()] == ["film.gif"]


@pytest.mark.parametrize(("crf", "most"), [(None, 3.0), (0, 2.0)])
def test_animated_webp(tmp_path: Path, crf: int | None, most: float) -> None:
    # Neighbors that look the same become one image of twice the time; these differ.
    with VideoWriter(VideoSpec(tmp_path / "film.webp", (96, 64), 12, Encoding(crf=crf))) as writer:
        for frame in range(12):
            writer.write(gradient(5 * frame))
    with Image.open(tmp_path / "film.webp") as webp:
        assert getattr(webp, "n_frames", 1) == 12
        times = []
        for frame in range(12):
            webp.seek(frame)
            webp.load()
            times.append(webp.info["duration"])
            assert np.abs(np.asarray(webp.convert("RGB")).astype(int) - gradient(5 * frame)).mean() < most
    assert sum(times) == pytest.approx(1000, abs=12)


def test_a_folder_of_png_files_is_exact_and_replaces_an_older_one(tmp_path: Path) -> None:
    film = VideoSpec(tmp_path / "pictures", (33, 21), 10)
    write(film, 5)
    (film.file / "notes.txt").write_text("mine")
    write(film, 3)
    assert sorted(path.name for path in film.file.iterdir()) == [
        "000000000.png",
        "000000001.png",
        "000000002.png",
        "notes.txt",
    ]
    with Image.open(film.file / "000000002.png") as image:
        assert np.array_equal(np.asarray(image), gradient(2, 33, 21))


@pytest.mark.parametrize("name", ["mp4", "webm", "mov", "mkv", "gif", "webp"])
def test_an_aborted_video_leaves_a_part_that_plays(tmp_path: Path, name: str) -> None:
    film = VideoSpec(tmp_path / f"film.{name}", (96, 64), 15)
    with pytest.raises(RuntimeError), VideoWriter(film) as writer:
        for frame in range(20):
            writer.write(gradient(frame))
        raise RuntimeError
    assert [left.name for left in tmp_path.iterdir()] == [film.part.name]
    assert facts_of(film.part).frames == 20


@pytest.mark.parametrize(
    ("name", "encoding", "message"),
    [
        ("mp4", Encoding("vp9"), "codec: vp9 does not go into mp4; expected h264, h265, av1"),
        ("mp4", Encoding(crf=52), "crf: is 52; for h264 expected 0 .best. to 51"),
        ("mov", Encoding(crf=5), "crf: is 5; for prores expected none: its preset sets"),
        ("mp4", Encoding(preset="warp"), "preset: is 'warp'; libx264 has ultrafast"),
        ("webm", Encoding(preset="hq"), "preset: is 'hq'; libvpx-vp9 has 0, 1"),
        ("mkv", Encoding(pixel_format="yuv420p"), "pixel_format: is 'yuv420p'; ffv1 takes bgr0"),
        ("mov", Encoding(encoder="nvenc"), "encoder: nvenc has no prores; expected auto, software"),
    ],
)
def test_settings_that_do_not_fit_together_are_rejected(name: str, encoding: Encoding, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encoders_of(FORMATS[name], encoding)


def test_presets_and_pixel_formats_act(tmp_path: Path) -> None:
    write(VideoSpec(tmp_path / "a.mov", (96, 64), 10, Encoding(preset="4444")), 2)
    write(VideoSpec(tmp_path / "b.mp4", (96, 64), 10, Encoding("h265", 30, "ultrafast", "yuv420p10le")), 2)
    assert facts_of(tmp_path / "a.mov").pixels == "yuv444p12le"  # how 4444 is decoded
    assert facts_of(tmp_path / "b.mp4").pixels == "yuv420p10le"


def test_an_unknown_suffix_is_a_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"ends in .avi; expected .mp4, .webm"):
        VideoWriter(VideoSpec(tmp_path / "film.avi", (64, 64), 10))


def test_an_ffmpeg_without_the_encoder_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "_built_in_encoders", lambda executable: frozenset({"libx264"}))
    with pytest.raises(UserError, match=r"the installed ffmpeg \(.*\) has no libsvtav1 or libaom-av1"):
        VideoWriter(VideoSpec(tmp_path / "film.mp4", (64, 64), 10, Encoding("av1")))


def test_the_second_choice_is_taken_where_the_first_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoders, "_built_in_encoders", lambda executable: frozenset({"libaom-av1"}))
    write(VideoSpec(tmp_path / "film.webm", (96, 64), 10, Encoding("av1")), 2)
    assert facts_of(tmp_path / "film.webm").codec == "av1"


def test_hardware_that_does_not_work_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        encoders, "_built_in_encoders", lambda executable: frozenset({"h264_nvenc", "h264_vaapi"})
    )
    for backend in ("nvenc", "vaapi"):
        try:
            write(VideoSpec(tmp_path / "film.mp4", (256, 256), 10, Encoding(encoder=backend)), 2)
        except UserError as error:
            assert f"{backend} does not work on this machine; set it to auto" in str(error)
        else:
            assert facts_of(tmp_path / "film.mp4").codec == "h264"
