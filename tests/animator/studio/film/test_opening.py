"""Settings that a film is begun with: of examples, files and jobs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from animator.errors import UserError
from animator.images.png_encoder import encode_png
from animator.jobs.queue import JobQueue
from animator.jobs.request import JobRequest
from animator.presets.load import load
from animator.presets.records import FrameChunks
from animator.server.uploads import Upload, Uploads
from animator.studio.film.film_menu import deforum_settings
from animator.studio.film.opening import Found, open_example, open_job, open_upload
from animator.timeline.timeline import Timeline

SMALL: dict[str, Any] = {"name": "lake", "size": [64, 64], "frames": 4, "prompts": "a lake", "fps": 12}
DEFORUM: dict[str, Any] = {"max_frames": 4, "W": 64, "H": 64, "prompts": {"0": "a lake"}, "zoom": "0: (1.1)"}
INFOTEXT = "a castle\nNegative prompt: fog\nSteps: 7, Sampler: Euler a, Seed: 3, Size: 64x64, Model: other"
Send = Callable[[str, bytes], Upload]


@pytest.fixture
def send(tmp_path: Path) -> Send:
    """Sends a file as a browser does."""
    uploads = Uploads(tmp_path / "uploads", 10_000_000)

    def sent(name: str, content: bytes) -> Upload:
        with uploads.receive() as arrival:
            arrival.write(content)
            return arrival.finish(name)[0]

    return sent


def png(path: Path, chunks: PngInfo | None) -> bytes:
    Image.new("RGB", (8, 8)).save(path, "png", pnginfo=chunks)
    return path.read_bytes()


def notes(found: Found) -> str:
    assert found.opened is not None
    return "\n".join(found.opened.notes)


def test_an_example_is_as_it_is_written() -> None:
    assert open_example("flight").text.startswith("# A flight")
    with pytest.raises(UserError, match=r"fligth: is not the name of an example.*flight"):
        open_example("fligth")


def test_a_preset_stays_as_it_is_written(send: Send) -> None:
    text = "# mine\nframes: 4   # few\nprompts: a lake\nstrenght: 3\n"
    found = open_upload(send("film.yaml", text.encode()), "film.yaml")
    assert found.text == text and found.opened is not None and found.opened.name == "film.yaml"


def test_a_settings_file_is_converted_with_notes(send: Send) -> None:
    settings = json.dumps({**DEFORUM, "unheard_of": 3}).encode()
    found = open_upload(send("s.txt", settings), "my settings.txt")
    assert found.text.startswith("# From my settings.txt\n")
    assert load(found.text).frames == 4
    assert "changes the film: unheard_of: is unknown" in notes(found)


def test_common_mistakes_of_a_settings_file_are_repaired_and_said(send: Send) -> None:
    found = open_upload(send("s.txt", json.dumps(DEFORUM).encode()[:-1] + b",}"), "s.txt")
    assert load(found.text).frames == 4 and "comma" in notes(found)


def test_a_frame_has_the_film_that_it_is_of(send: Send) -> None:
    film = load(SMALL)
    content = encode_png(np.zeros((8, 8, 3), np.uint8), FrameChunks(film).of(Timeline(film)[0]))
    upload = send("frame.png", content)
    found = open_upload(upload, "frame.png")
    assert load(found.text) == film and len(found.text) < 1000
    assert found.opened is not None and found.opened.upload == upload


def test_a_frame_of_another_version_shows_its_problems_in_its_text(send: Send, tmp_path: Path) -> None:
    chunks = PngInfo()
    preset = "frames: 4\nsetting_of_the_future: 1\n"
    chunks.add_text("animator", json.dumps({"schema": "animator.film.1", "preset": preset}))
    assert open_upload(send("a.png", png(tmp_path / "a.png", chunks)), "a.png").text == preset


def test_an_image_of_the_web_ui_gives_its_prompt(send: Send, tmp_path: Path) -> None:
    chunks = PngInfo()
    chunks.add_text("parameters", INFOTEXT)
    found = open_upload(send("a.png", png(tmp_path / "a.png", chunks)), "castle.png")
    assert load(found.text).prompts.keys[0].text == "a castle"
    assert "castle.png (infotext): takes over the prompt" in notes(found) and "model other" in notes(found)


def test_an_infotext_in_a_text_file_gives_its_prompt(send: Send) -> None:
    assert "a castle" in open_upload(send("a.txt", INFOTEXT.encode()), "a.txt").text


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.yaml", b"frames: [1,\n", "a.yaml:2:1: is not YAML"),
        ("a.yaml", b"\xff\xfea", "a.yaml: is not UTF-8 text"),
        ("a.yaml", b"", "a.yaml: has no settings"),
        ("a.yaml", b"[" * 70_000, "a.yaml: is nested too deeply"),
        ("a.txt", b'{"max_frames": }', "a.txt:1:"),
        ("a.txt", b'{"what": 1}', "a.txt: "),
        ("a.json", b"just words", "a.json:1:1: expected settings"),
        ("a.png", b"\x89PNG\r\n\x1a\n damaged", "a.png: "),
        ("a.pdf", b"%PDF-1.7", "a.pdf: is PDF; expected an image"),
        ("a.zip", b"PK\3\4" + b"\0" * 99, "a.zip: is a ZIP archive"),
        ("a.mp4", b"\0\0\0\x20ftypisom" + b"\0" * 99, "a.mp4: "),
        ("no suffix", b"\0\1\2", "no suffix: "),
    ],
)
def test_other_files_say_what_they_are(send: Send, name: str, content: bytes, message: str) -> None:
    with pytest.raises(UserError) as caught:
        open_upload(send(name, content), name)
    assert message in str(caught.value) and "uploads" not in str(caught.value)


def test_a_file_name_cannot_add_settings(send: Send) -> None:
    found = open_upload(send("s.txt", json.dumps(DEFORUM).encode()), "a\nframes: 9\x1b.txt")
    assert load(found.text).frames == 4


def test_a_job_gives_the_settings_that_it_begins_with(tmp_path: Path) -> None:
    with JobQueue(tmp_path) as queue:
        job = queue.submit(JobRequest(SMALL))
        assert load(open_job(queue, job.id).text) == load(SMALL)
        broken = queue.submit(JobRequest("frames: [\n"))
        with pytest.raises(UserError, match="is not YAML"):
            open_job(queue, broken.id)
        with pytest.raises(UserError, match="job nothing: is not in this renders folder"):
            open_job(queue, "nothing")


def test_a_film_is_given_to_deforum_with_what_differs_there() -> None:
    exported = deforum_settings("frames: 4\nname: lake\nprompts: a lake\ndepth: {model: dpt-large}\n")
    assert json.loads(exported.text)["max_frames"] == 4
    with pytest.raises(UserError, match="<text>:1:1: frames"):
        deforum_settings("frames: many\n")
