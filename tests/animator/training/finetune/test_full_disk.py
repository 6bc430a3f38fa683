"""A disk that gets full at any file of a training: the message, what is kept, and the bits after resuming."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from safetensors import SafetensorError
from safetensors.torch import load_file

from animator.core.atomic import append
from animator.errors import AnimatorError
from animator.models import write_tensors as writing
from animator.models.diffusion.save_pipeline import save_folder
from animator.models.write_tensors import write_tensors
from animator.training.finetune import curve
from animator.training.finetune.state import STATE
from tests.animator.models.diffusion import tiny_models
from tests.animator.training.finetune.trainings import equal, state, train

SETTINGS: dict[str, Any] = {
    "steps": 12,
    "save_every": 4,
    "preview": {"prompts": ["thing"], "steps": 1, "every": 4},
    "concepts.0.class_prompt": "a toy",
    "concepts.0.class_images": 2,
}
FILES = (  # the first and the last are written once
    "training.json",
    "class/0/",
    "latents/",
    STATE,
    "curve.jsonl",
    "previews/",
    "models/thing",
)
NO_SPACE = OSError(errno.ENOSPC, "No space left on device")


@contextmanager
def full_disk(part: str, after: int) -> Iterator[None]:
    """Has writing files whose path has a part fail, but for the first ones; nothing but it is changed."""
    left = [after]
    replace = Path.replace

    def count(path: Path) -> None:
        if part in path.as_posix():
            left[0] -= 1
            if left[0] < 0:
                raise NO_SPACE

    def replaced(self: Path, target: Path) -> Path:
        count(Path(target))
        return replace(self, target)

    def appended(path: Path, data: bytes) -> None:
        try:
            count(path)
        except OSError as error:
            append(path, data[:9])  # a part of the line fits
            raise OSError(error.errno, error.strerror, str(path)) from error
        append(path, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", replaced)
        patch.setattr(curve, "append", appended)
        yield


@pytest.fixture(scope="module")
def whole(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training on a disk with space."""
    place = tmp_path_factory.mktemp("whole")
    train("lora", images, place, **SETTINGS)
    return place


@pytest.mark.parametrize(
    ("part", "after"), [*((part, 0) for part in FILES), *((part, 1) for part in FILES[1:-1])]
)
def test_a_full_disk_is_said_and_the_training_resumes_to_the_same_bits(
    part: str, after: int, images: Path, whole: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    with full_disk(part, after), pytest.raises(AnimatorError, match="No space left on device") as caught:
        train("lora", images, tmp_path, **SETTINGS)
    said = str(caught.value)
    assert part in said.replace("\\", "/") and "Make room, and start the same training again" in said
    assert not list(tmp_path.rglob("*.part"))
    assert (run / STATE).is_file() == ("after the last state" in said)
    if (run / STATE).is_file():
        load_file(run / STATE)
    assert train("lora", images, tmp_path, **SETTINGS).result == tmp_path / "models" / "thing.safetensors"
    assert equal(state(tmp_path), state(whole))
    names = [path.relative_to(run) for path in sorted(run.rglob("*")) if path.is_file()]
    assert names == [
        path.relative_to(whole / "run") for path in sorted((whole / "run").rglob("*")) if path.is_file()
    ]
    sheets = [path.read_bytes() for path in sorted((run / "previews").iterdir())]
    assert sheets == [path.read_bytes() for path in sorted((whole / "run" / "previews").iterdir())]
    results = [load_file(place / "models" / "thing.safetensors") for place in (tmp_path, whole)]
    assert equal(*results)
    assert curve.Curve(run).read()[-1].step == 12


@pytest.mark.parametrize("kind", ["embedding", "hypernetwork", "dreambooth"])
def test_a_result_without_space_is_written_when_there_is_some(
    kind: str, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise NO_SPACE

    settings: dict[str, Any] = {"steps": 2}
    with monkeypatch.context() as patch:
        patch.setattr("animator.models.diffusion.save_pipeline.os.rename", full)
        with full_disk("models/thing", 0), pytest.raises(AnimatorError, match="Make room"):
            train(kind, images, tmp_path, **settings)
    assert not list((tmp_path / "models").iterdir())
    before = state(tmp_path)
    trained = train(kind, images, tmp_path, **settings)
    assert trained.result is not None and trained.result.exists()
    assert equal(state(tmp_path), before)


def test_other_errors_of_the_disk_stay_what_they_are(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("animator.core.atomic.os.fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        train("lora", images, tmp_path)


def test_safetensors_own_error_is_that_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / STATE
    path.write_bytes(b"before")

    def full(*_: object) -> None:
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(writing, "save_file", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write_tensors(path, {}, {})
    assert caught.value.errno == errno.ENOSPC and caught.value.filename == str(path)
    assert path.read_bytes() == b"before" and [one.name for one in tmp_path.iterdir()] == [STATE]


def test_a_folder_that_was_to_be_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = tiny_models.pipeline("sd1")

    def full(*_: object, **__: object) -> None:
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")

    (tmp_path / "thing").mkdir()
    (tmp_path / "thing" / "kept").write_text("somebody's")
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "save_pretrained", full)
        with pytest.raises(OSError, match="No space left on device"):
            save_folder(pipeline, tmp_path / "thing", replaces=True)
    with monkeypatch.context() as patch:
        patch.setattr("animator.models.diffusion.save_pipeline.os.rename", full)
        with pytest.raises(OSError, match="No space left on device"):
            save_folder(pipeline, tmp_path / "thing", replaces=True)
    assert (tmp_path / "thing" / "kept").read_text() == "somebody's"
    assert [one.name for one in tmp_path.iterdir()] == ["thing"]
    save_folder(pipeline, tmp_path / "thing", replaces=True)
    assert (tmp_path / "thing" / "model_index.json").is_file()
    assert [one.name for one in tmp_path.iterdir()] == ["thing"]
