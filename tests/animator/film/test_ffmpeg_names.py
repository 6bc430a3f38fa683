"""Names that ffmpeg would take for options, protocols or patterns, and files that would open others."""

import ast
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import animator
from animator.errors import UserError
from animator.film.comment import read_comment
from animator.film.index import index_of
from animator.film.reader import Clip
from animator.film.spec import VideoSpec
from animator.film.video_stream import stream_of
from animator.film.writer import VideoWriter
from tests.animator.film.films import Ffmpeg, moving

NAMES = ("-i", "-", "a%03db", "%d", "pipe:0", "concat:a|b", "file:x", "http:x", "two\nlines", "it's [x],;=\\")
IMAGE = np.full((32, 32, 3), 90, np.uint8)


@pytest.mark.parametrize("suffix", [".mp4", ".gif", ".mkv", ""])
@pytest.mark.parametrize("name", NAMES)
def test_a_video_of_any_name_is_written_and_read(tmp_path: Path, name: str, suffix: str) -> None:
    folder = tmp_path / f"in {name}"
    folder.mkdir()
    path = folder / f"{name}{suffix}"
    with VideoWriter(VideoSpec(path, (32, 32), 10, comment="a note")) as film:
        for _ in range(3):
            film.write(IMAGE)
    assert [entry.name for entry in folder.iterdir()] == [path.name]
    if not suffix:
        assert sorted(file.name for file in path.iterdir()) == [f"{i:09d}.png" for i in range(3)]
        assert len(list(Clip(path / "%09d.png").frames())) == 3
        return
    assert len(index_of(path)) == len(list(Clip(path).frames())) == 3
    assert index_of(path).fps == 10
    assert suffix == ".gif" or read_comment(path) == "a note"


@pytest.mark.parametrize("name", ["-i.mp4", "pipe:0.mp4", "a%03d.mp4"])
def test_relative_names_are_as_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with VideoWriter(VideoSpec(name, (32, 32), 10)) as film:
        film.write(IMAGE)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert len(list(Clip(name).frames())) == 1


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".gif", ".tif", ".bmp"])
def test_an_image_named_like_a_pattern_is_itself(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a%03d{suffix}"
    Image.fromarray(IMAGE).save(path)
    Image.fromarray(IMAGE // 3).save(tmp_path / f"a001{suffix}")
    images = list(Clip(path).frames())
    assert len(images) == 1 and abs(int(images[0][9, 9, 1]) - 90) < 4


def test_a_pattern_has_one_number_and_names_images(tmp_path: Path) -> None:
    folder = tmp_path / "50%d of %s"
    folder.mkdir()
    for i in range(3):
        Image.fromarray(IMAGE).save(folder / f"100% {i:03d}.png")
    assert len(index_of(folder / "100% %03d.png")) == 3
    (folder / "a1.svg").write_text("<svg/>")
    with pytest.raises(UserError, match=r"a%d.svg: is not a pattern of images; expected a name that ends in"):
        index_of(folder / "a%d.svg")


PLAYLISTS = {
    "list.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n",
    "list.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n/dev/zero\n",
    "list.ffconcat": "ffconcat version 1.0\nfile other.mkv\n",
    "call.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5000 RTP/AVP 96\n",
    "list.mpd": '<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>',
    "list.pls": "[playlist]\nFile1=http://127.0.0.1:9/a.mp3\n",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_opens_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(PLAYLISTS[name])
    for read in (index_of, lambda path: list(Clip(path).frames()), read_comment, stream_of):
        with pytest.raises(UserError, match=f"{name}: is a playlist; give the video or sound file itself"):
            read(path)


SCRIPTS = {
    "drawing.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="x.png"/></svg>',
    "filter.txt": "testsrc2=s=64x48:r=25",
    "title.srt": "1\n00:00:00,000 --> 00:00:09,000\nHello\n",
    "title.ass": "[Script Info]\nTitle: x\n[Events]\nDialogue: 0,0:00:00.00,0:00:09.00,,,0,0,0,,Hello\n",
    "meta.txt": ";FFMETADATA1\ntitle=x\n",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_subtitles_and_drawings_are_not_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(SCRIPTS[name])
    with pytest.raises(UserError, match=f"{name}: holds no images that ffmpeg can read"):
        index_of(path)


def test_external_media_of_a_quicktime_file_are_not_opened(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    data = ffmpeg("inside.mov", *moving(5), "-c:v", "png").read_bytes()
    assert data.count(b"url \0\0\0\1") == 1
    name = b"file:///etc/hostname\0"
    entry = b"url \0\0\0\0" + name
    at = data.index(b"url \0\0\0\1")
    sizes = {b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"}
    changed = bytearray(data)
    for atom in sizes:
        place = data.index(atom) - 4
        size = int.from_bytes(data[place : place + 4], "big") + len(name)
        changed[place : place + 4] = size.to_bytes(4, "big")
    changed[at - 4 : at + 8] = (12 + len(name)).to_bytes(4, "big") + entry
    path = tmp_path / "outside.mov"
    path.write_bytes(changed)
    assert len(index_of(path)) == 5  # its own data


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    cases = {tmp_path / "pipe.mp4": "is a pipe", Path("/dev/zero"): "is a device", tmp_path: "is a folder"}
    for path, reason in cases.items():
        with pytest.raises(UserError, match=f"{reason}; expected a regular file"):
            index_of(path)
    for name in ("-", "pipe:0", "concat:a|b", "lavfi:testsrc", "rtsp://host/x", "data:video/mp4;base64,AA"):
        with pytest.raises(UserError, match="there is no such file"):
            index_of(name)


def test_only_one_module_gives_inputs_to_ffmpeg() -> None:
    root = Path(animator.__file__).parent
    allowed = {root / "film" / "ffmpeg_input.py", root / "film" / "encoders.py"}  # the latter, a test image
    for path in sorted({*root.rglob("*.py")} - allowed):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                is_input = node.value == "-i" or node.value.startswith("file:")
                assert not is_input, f"{path}:{node.lineno}: use the functions of film/ffmpeg_input.py"
