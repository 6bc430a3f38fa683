"""Files on the film page: their settings become the film, or the film names them."""

import base64
import json
import wave
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from animator.images.png_encoder import encode_png
from animator.presets.load import load
from animator.presets.records import FrameChunks
from animator.timeline.timeline import Timeline
from tests.animator.studio.film.text_page import SMALL, editor, is_well, write

DEFORUM = {"max_frames": 4, "W": 64, "H": 64, "prompts": {"0": "a tower"}, "unheard_of": 1}
_DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  const target = document.querySelector(".cm-content");
  for (const type of ["dragover", "drop"])
    target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}"""


def drop(page: Page, name: str, content: bytes) -> None:
    """Drops a file on the page: on its editor, which would take a file as text."""
    expect(editor(page)).to_be_visible()
    page.evaluate(_DROP, [name, base64.b64encode(content).decode()])


@pytest.fixture
def frame() -> bytes:
    """A frame of ours."""
    film = load(SMALL.replace("a lake", "a castle"))
    return encode_png(np.zeros((8, 8, 3), np.uint8), FrameChunks(film).of(Timeline(film)[0]))


def test_a_dropped_image_gives_its_film_and_may_begin_it(film: Page, frame: bytes) -> None:
    drop(film, "frame.png", frame)
    expect(editor(film)).to_contain_text("a castle")
    expect(film.get_by_test_id("opened")).to_contain_text("frame.png")
    is_well(film)
    film.get_by_role("button", name="Use the file as ...").click()
    film.get_by_text("Image that the film begins with").click()
    expect(editor(film)).to_contain_text("image:")
    is_well(film)
    film.get_by_test_id("undo").click()
    film.get_by_test_id("undo").click()
    expect(editor(film)).to_contain_text("name: quickstart")


def test_a_chosen_settings_file_is_converted_with_notes(film: Page) -> None:
    content = json.dumps(DEFORUM).encode()
    film.get_by_test_id("open-file").set_input_files(
        {"name": "s.txt", "mimeType": "text/plain", "buffer": content}
    )
    expect(editor(film)).to_contain_text("a tower")
    expect(film.get_by_test_id("opened")).to_contain_text("unheard_of: is unknown")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("film.yaml", b"frames: [\n", "film.yaml:2:1: is not YAML"),
        ("film.pdf", b"%PDF-1.7", "film.pdf: is PDF"),
        ("<b>.txt", b'{"max_frames": 3,, }}', "<b>.txt:1:"),
    ],
)
def test_a_broken_file_says_what_it_is_and_changes_nothing(
    film: Page, name: str, content: bytes, message: str
) -> None:
    drop(film, name, content)
    expect(film.locator(".studio-message")).to_contain_text(message)
    expect(editor(film)).to_contain_text("name: quickstart")


def test_a_sound_becomes_that_of_the_film(film: Page, tmp_path: Path) -> None:
    write(film, SMALL)
    is_well(film)
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(np.zeros(8000, np.int16).tobytes())
    drop(film, "a.wav", (tmp_path / "a.wav").read_bytes())
    film.get_by_role("button", name="Sound of the film").click()
    expect(editor(film)).to_contain_text("soundtrack_path:")
    is_well(film)
