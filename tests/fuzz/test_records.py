"""Records in images and videos (`--settings-from`, `info`), and the summary of a batch."""

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from animator import FakeDiffuser, load, render_run
from animator.core.marks import has_animation_mark, mark_animation
from animator.errors import AnimatorError
from animator.presets.ownership import is_our_frame, is_ours
from animator.presets.records import FILM, FRAME, PARAMETERS, read_provenance
from animator.presets.sources import PresetSource, draft_of
from tests.fuzz.bounded import bounded
from tests.fuzz.command import Command
from tests.fuzz.damage import damaged
from tests.fuzz.trees import changed
from tests.fuzz.values import TEXT, VALUE

FORMATS = ("mp4", "webm", "gif", "webp")
INFOTEXT = "a lake\nNegative prompt: fog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 64x64"
RECORD = {"schema": "animator.film.1", "animator": "0", "preset": "size: 64\nframes: 2\nprompts: a lake\n"}


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A film of one frame in each format, by its suffix."""
    folder = tmp_path_factory.mktemp("videos")
    found: dict[str, bytes] = {}
    for name in FORMATS:
        film = load(
            {"name": "film", "size": 64, "frames": 1, "prompts": "a lake", "output": {"format": name}}
        )
        render_run(film, folder / name, diffuser=FakeDiffuser(), device="cpu")
        found[name] = (folder / name / f"film.{name}").read_bytes()
    found["png"] = (folder / "mp4" / "frames" / "000000000.png").read_bytes()
    return found


def _read(path: Path) -> None:
    """Reads a file as every command does that may meet it."""
    for reader in (read_provenance, is_ours, is_our_frame):
        with bounded(AnimatorError):
            reader(path)
    for source in (PresetSource(None, like=path), PresetSource(path, like=path)):
        with bounded(AnimatorError):
            draft_of(source)


@st.composite
def records(draw: DrawFn) -> str:
    """Draws the text of a film's record."""
    record = draw(changed(RECORD) | VALUE)
    text = json.dumps(record, default=str, ensure_ascii=draw(st.booleans()))
    return draw(st.just(text) | TEXT | st.sampled_from(("[" * 5_000, '{"schema": ' * 400, "9" * 5_000)))


@given(data=st.data(), suffix=st.sampled_from(FORMATS))
def test_a_damaged_video_has_a_record_or_none(
    data: st.DataObject, suffix: str, videos: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / f"film.{suffix}"
    path.write_bytes(data.draw(damaged(videos[suffix])))
    _read(path)
    with bounded(folder=tmp_path):
        mark_animation(path)
        has_animation_mark(path)


@given(texts=st.lists(st.tuples(st.sampled_from((FILM, FRAME, PARAMETERS, "other")), records()), max_size=3))
def test_a_record_of_any_form_is_used_or_refused(texts: list[tuple[str, str]], tmp_path: Path) -> None:
    chunks = PngInfo()
    for name, text in texts:
        plain = text.encode(errors="replace")
        chunks.add(b"zTXt", name.encode() + b"\0\0" + zlib.compress(plain))
    path = tmp_path / "image.png"
    Image.new("RGB", (8, 8)).save(path, pnginfo=chunks)
    _read(path)


SUMMARY = {
    "schema": "animator.batch.1",
    "films": [
        {
            "preset": "film.yaml",
            "folder": "batch/film",
            "status": "finished",
            "seconds": 1.0,
            "films": ["batch/film/film.mp4"],
        }
    ],
}


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a preset and the folder of a batch that has rendered it."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "film.yaml").write_text("name: film\nsize: 64\nframes: 1\nprompts: a lake\n")
    render_run(load(folder / "film.yaml"), folder / "batch" / "film", diffuser=FakeDiffuser(), device="cpu")
    return folder


@given(summary=changed(SUMMARY) | VALUE, data=st.data())
def test_the_summary_of_a_batch_is_used_or_refused(
    summary: Any, data: st.DataObject, batch: Path, command: Command
) -> None:
    here = command.copy(batch)
    text = json.dumps(summary, default=str).encode()
    (here / "batch" / "batch.json").write_bytes(data.draw(st.just(text) | damaged(text)))
    printed = command.run("batch", "film.yaml", "--out", "batch", "--resume")
    assert printed.code == 0 or "error" in printed.out + printed.err
