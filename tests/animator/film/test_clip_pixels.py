"""How the pixels of clips are read: HDR, untagged colors, ranges, alpha, shapes of pixels, fields."""

import logging
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from animator.film.clip import Fit
from animator.film.open_clip import open_clip
from animator.film.reader import Clip
from animator.film.video_stream import stream_of
from animator.images.image import Image8
from animator.images.tone_map import nits_to_pq, pq_to_nits, tone_map
from animator.masks.sources import Adjust, ClipMask
from animator.settings.video import Video
from tests.animator.film.films import Ffmpeg, moving

PATCHES = ((180, 40, 60), (60, 170, 90), (40, 60, 190), (120, 120, 120))
X264 = ("-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv444p")


def patches(width: int, height: int) -> Image8:
    """Returns four upright bars of color, uint8 RGB (height, width, 3)."""
    bars = np.array(PATCHES, np.uint8)
    return np.repeat(np.repeat(bars[None], width // 4, 1), height, 0)


def encoded(path: Path, image: Image8, *args: str) -> Path:
    """Writes two equal images as a clip."""
    height, width, channels = image.shape
    pixels = "rgba" if channels == 4 else "rgb24"
    raw = ("-f", "rawvideo", "-pix_fmt", pixels, "-s", f"{width}x{height}", "-r", "10", "-i", "-")
    command = [get_ffmpeg_exe(), "-y", "-loglevel", "error", *raw, *args, str(path)]
    subprocess.run(command, input=image.tobytes() * 2, check=True)
    return path


def colors(clip: Clip) -> list[tuple[int, ...]]:
    """Returns the color in the middle of each bar of the first image."""
    image = next(iter(clip.frames()))
    width = image.shape[1] // 4
    return [tuple(int(value) for value in image[8, width * i + width // 2]) for i in range(4)]


def are_close(seen: list[tuple[int, ...]], wanted: tuple[tuple[int, ...], ...], by: int = 3) -> bool:
    return bool(np.abs(np.array(seen) - np.array(wanted)).max() <= by)


@pytest.mark.parametrize(("transfer", "white"), [("smpte2084", "203"), ("arib-std-b67", "1000")])
def test_hdr_is_tone_mapped_and_reported(
    tmp_path: Path, transfer: str, white: str, caplog: pytest.LogCaptureFixture
) -> None:
    to_hdr = (
        f"setparams=color_primaries=bt709:color_trc=bt709:colorspace=gbr,format=gbrp,zscale=t=linear:npl=203,"
        f"format=gbrpf32le,zscale=p=bt2020,zscale=t={transfer}:npl={white}:agamma=0:m=bt2020nc:r=tv,format=yuv444p10le"
    )
    params = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    image = patches(64, 48) // (1 if transfer == "smpte2084" else 2)  # zscale's HLG is 1000 nits at white
    clip = encoded(
        tmp_path / "hdr.mp4", image, "-vf", to_hdr, "-c:v", "libx265", "-crf", "4", "-x265-params", params
    )
    with caplog.at_level(logging.WARNING):
        view = open_clip(Video(path=str(clip)).spec, (64, 48), 10)
    assert "is HDR video" in caplog.text and "tone-mapped to BT.709" in caplog.text
    assert np.array_equal(view.at(0), next(iter(Clip(clip).frames())))
    scale = 1.0 if transfer == "smpte2084" else (1000 / 203) ** (1 / 2.4) / 2
    wanted = tuple(tuple(round(value * scale) for value in color) for color in PATCHES)
    assert are_close(colors(Clip(clip)), wanted, 14)


def test_the_tone_curve_keeps_shadows_and_compresses_highlights() -> None:
    nits = np.array([0, 1, 20, 80, 203, 600, 1000, 4000], np.float32)
    assert np.allclose(pq_to_nits(nits_to_pq(nits)), nits, rtol=1e-3, atol=1e-3)
    gray = np.repeat((nits_to_pq(nits) * 65535).astype(np.uint16)[None, :, None], 3, 2)
    seen = tone_map(gray, "smpte2084")[0, :, 0].astype(int)
    plain = (np.clip(nits / 203, 0, 1) ** (1 / 2.4) * 255).round().astype(int)
    assert np.abs(seen[:4] - plain[:4]).max() <= 1
    assert 215 < seen[4] < 245 < seen[5] <= seen[6] == seen[7] == 255
    assert (np.diff(tone_map(gray, "smpte2084", 4000.0)[0, :, 0].astype(int)) > 0).all()
    reference_white = np.full((1, 1, 3), round(0.75 * 65535), np.uint16)  # of HLG, by BT.2408
    assert abs(int(tone_map(reference_white, "arib-std-b67")[0, 0, 0]) - seen[4]) <= 1


@pytest.mark.parametrize(
    ("size", "matrix"), [((1280, 720), "bt709"), ((1920, 800), "bt709"), ((640, 480), "bt601")]
)
def test_untagged_clips_have_the_matrix_of_their_size(
    tmp_path: Path, size: tuple[int, int], matrix: str
) -> None:
    convert = ("-vf", f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p")
    clip = encoded(tmp_path / "x.avi", patches(*size), *convert, "-c:v", "mpeg4", "-q:v", "1")
    assert stream_of(clip).matrix == "unknown"
    assert are_close(colors(Clip(clip)), PATCHES)
    assert are_close(colors(Clip(clip, (64, 48))), PATCHES, 5)


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p10le", "yuv444p12le"])
@pytest.mark.parametrize("range_", ["tv", "pc"])
def test_full_and_limited_range_of_any_depth(tmp_path: Path, range_: str, pixels: str) -> None:
    tags = f"scale=out_color_matrix=bt709:out_range={range_},format={pixels},setparams=colorspace=bt709"
    codec = (
        "-c:v",
        "libx265",
        "-x265-params",
        f"log-level=error:range={'full' if range_ == 'pc' else 'limited'}",
    )
    clip = encoded(tmp_path / "x.mp4", patches(64, 48), "-vf", f"{tags}:range={range_}", *codec, "-crf", "2")
    assert are_close(colors(Clip(clip)), PATCHES, 6)


ALPHA = {
    "alpha.webm": ("-c:v", "libvpx-vp9", "-lossless", "1", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0"),
    "alpha8.webm": ("-c:v", "libvpx", "-b:v", "4M", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0"),
    "alpha.mov": ("-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"),
    "qtrle.mov": ("-c:v", "qtrle", "-pix_fmt", "argb"),
    "alpha.apng": ("-c:v", "apng", "-pix_fmt", "rgba", "-plays", "0"),
    "alpha.mkv": ("-c:v", "ffv1", "-pix_fmt", "bgra"),
    "%03d.png": ("-c:v", "png", "-pix_fmt", "rgba"),
}


def clear_on_the_right(strength: int = 255) -> Image8:
    """Returns white, uint8 RGBA (48, 64, 4), with alpha 255 on the left and `255 - strength` on the right."""
    image = np.full((48, 64, 4), 255, np.uint8)
    image[:, 32:, 3] = 255 - strength
    return image


@pytest.mark.parametrize("name", ALPHA)
def test_transparent_parts_of_a_clip_are_over_black(tmp_path: Path, name: str) -> None:
    clip = encoded(tmp_path / name, clear_on_the_right(), *ALPHA[name])
    for size in (None, (32, 24)):
        for image in Clip(clip, size).frames():
            quarter = image.shape[1] // 4
            assert image[5, quarter].min() > 250 and image[5, 3 * quarter].max() < 4
            assert np.ptp(image[:, : quarter * 2 - 3]) < 6  # nothing of the hidden white at the edge


def test_half_of_the_alpha_is_half_of_the_light(tmp_path: Path) -> None:
    clip = encoded(tmp_path / "half.mkv", clear_on_the_right(127), *ALPHA["alpha.mkv"])
    assert next(iter(Clip(clip).frames()))[5, 50].tolist() == [128] * 3


def test_gifs_are_over_black_and_opaque_ones_unchanged(tmp_path: Path) -> None:
    white = Image.fromarray(clear_on_the_right())
    white.save(tmp_path / "clear.gif", save_all=True, append_images=[white.rotate(0)], disposal=2)
    assert next(iter(Clip(tmp_path / "clear.gif").frames()))[5, 50].max() == 0
    bars = Image.fromarray(patches(64, 48))
    bars.save(tmp_path / "opaque.gif")
    assert colors(Clip(tmp_path / "opaque.gif")) == list(PATCHES)


def test_the_first_of_numbered_images_may_be_opaque(tmp_path: Path) -> None:
    Image.fromarray(patches(64, 48)).save(tmp_path / "0.png")
    Image.fromarray(clear_on_the_right()).save(tmp_path / "1.png")
    images = list(Clip(tmp_path / "%d.png").frames())
    assert np.array_equal(images[0], patches(64, 48)) and images[1][5, 50].max() == 0


def test_a_mask_clip_is_multiplied_by_its_alpha(tmp_path: Path) -> None:
    clip = encoded(tmp_path / "mask.mkv", clear_on_the_right(), *ALPHA["alpha.mkv"])
    view = open_clip(Video(path=str(clip)).spec, (64, 48), 10)
    mask = ClipMask(view, Adjust(), torch.device("cpu"))(0, torch.zeros((3, 48, 64)))
    assert float(mask[5, 10]) == 1.0 and float(mask[5, 50]) == 0.0


@pytest.mark.parametrize("fit", ["crop", "pad"])
def test_anamorphic_clips_are_fitted_by_the_shape_they_are_shown_in(tmp_path: Path, fit: Fit) -> None:
    image = np.zeros((72, 72, 3), np.uint8)
    image[24:48, 30:42] = 255  # 12 x 24 stored, 24 x 24 shown with pixels twice as wide
    clip = encoded(tmp_path / "wide.mp4", image, "-vf", "setsar=2/1", "-c:v", "libx264", "-qp", "4")
    seen = next(iter(Clip(clip, (144, 144), fit=fit).frames()))[..., 1] > 127
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    side = 48 if fit == "crop" else 24
    assert abs(len(rows) - side) <= 2 and abs(len(columns) - side) <= 2
    assert next(iter(Clip(clip).frames())).shape == (72, 144, 3)
    assert next(iter(Clip(clip, (36, 36)).frames())).shape == (36, 36, 3)


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_turned_anamorphic_clips_come_upright_in_the_films_size(
    tmp_path: Path, ffmpeg: Ffmpeg, fit: Fit
) -> None:
    wide = ffmpeg("wide.mp4", *moving(3), "-vf", "setsar=16/11", "-c:v", "libx264", "-pix_fmt", "yuv420p")
    turned = ffmpeg("turned_wide.mp4", "-display_rotation", "90", "-i", str(wide), "-c", "copy")
    assert next(iter(Clip(turned).frames())).shape == (64, round(48 * 11 / 16), 3)
    for size in ((40, 70), (70, 40)):
        assert next(iter(Clip(turned, size, fit=fit).frames())).shape == (*size[::-1], 3)


def combs(image: Image8) -> float:
    """Returns how much neighboring rows differ, against rows two apart."""
    gray = image[..., 1].astype(float)
    return float(np.abs(np.diff(gray, axis=0)).mean() / (1 + np.abs(gray[2:] - gray[:-2]).mean()))


def test_interlaced_clips_are_deinterlaced_and_reported(
    tmp_path: Path, ffmpeg: Ffmpeg, caplog: pytest.LogCaptureFixture
) -> None:
    box = "color=black:s=96x96:r=50,drawbox=x=0:y=20:w=20:h=56:color=white:t=fill"
    box += ",scroll=h=-0.04,interlace=lowpass=0"
    args = (
        "-f",
        "lavfi",
        "-i",
        box,
        "-frames:v",
        "8",
        "-c:v",
        "libx264",
        "-flags",
        "+ilme+ildct",
        "-qp",
        "4",
    )
    clip = ffmpeg("combs.mp4", *args, "-pix_fmt", "yuv420p")
    seen = {}
    for choice in ("auto", "on", "off"):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            view = open_clip(Video(path=str(clip), deinterlace=choice).spec, (96, 96), 25)
        assert ("its fields are made into whole images" in caplog.text) == (choice != "off")
        assert ("moving edges have combs" in caplog.text) == (choice == "off")
        assert len(view.frame_map.images) == 8
        seen[choice] = combs(view.at(4))
    assert max(seen["auto"], seen["on"]) < 0.6 * seen["off"]


def test_progressive_clips_pass_unchanged(mp4: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        open_clip(Video(path=str(mp4)).spec, (64, 48), 25)
    assert caplog.text == ""
    first = [next(iter(Clip(mp4, deinterlace=choice).frames())) for choice in ("auto", "off")]
    assert np.array_equal(first[0], first[1])
