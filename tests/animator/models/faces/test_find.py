"""The files of face restoration are found by name."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from animator.core.confinement import Confinement, confined
from animator.core.permissions import allow
from animator.errors import AllowCode, ModelError
from animator.models.faces import find
from animator.models.faces.find import (
    YUNET_FILES,
    find_detector,
    find_face_model,
    find_or_leave,
    read_detector,
)

STRANGE = ("missing", "../GFPGANv1.4", "*", "GFPGAN*", "\0", "GFPGAN", "x" * 5000, ".pth")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Model folders in the layout of A1111."""
    for name in ("GFPGAN/GFPGANv1.4.pth", "Codeformer/codeformer-v0.1.0.pth", f"opencv/{YUNET_FILES[1]}"):
        path = tmp_path / "models" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
    return tmp_path / "models"


@pytest.mark.parametrize("name", ["GFPGANv1.4", "gfpganV1.4.pth"])
def test_a_network_is_found_by_name_in_any_folder_below(folder: Path, name: str) -> None:
    assert find_face_model(name, (folder.parent / "none", folder)) == folder / "GFPGAN" / "GFPGANv1.4.pth"


def test_safetensors_come_before_pickles_and_earlier_folders_before_later_ones(folder: Path) -> None:
    safe = folder / "z" / "GFPGANv1.4.safetensors"
    safe.parent.mkdir()
    safe.write_bytes(b"")
    other = folder.parent / "other"
    other.mkdir()
    (other / safe.name).write_bytes(b"")
    assert find_face_model("GFPGANv1.4", (folder, other)) == safe
    assert find_face_model("GFPGANv1.4", (other, folder)) == other / safe.name


def test_yunet_stands_for_either_release(folder: Path, tmp_path: Path) -> None:
    detector = tmp_path / "first" / YUNET_FILES[0]
    detector.parent.mkdir()
    detector.write_bytes(b"")
    assert find_detector("yunet", (folder,)).name == YUNET_FILES[1]
    assert find_detector("YuNet", (folder, detector.parent)) == detector
    assert find_detector(str(detector), ()) == detector


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("search", [find_face_model, find_detector])
def test_a_missing_file_is_an_error_that_says_what_to_do(
    folder: Path, name: str, search: Callable[[str, tuple[Path, ...]], Path]
) -> None:
    with pytest.raises(ModelError, match="is neither a file nor the name of one") as caught:
        search(name, (folder,))
    assert str(folder) in caught.value.message
    assert "or set face_restoration.enabled to false" in caught.value.message


def test_stand_ins_leave_faces_as_generated_and_say_so(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ModelError, match=r"face_restoration.detector: none.onnx is neither"):
        find_or_leave(find_detector, "none.onnx", (folder,))
    with allow(stand_ins=True):
        assert find_or_leave(find_detector, "none.onnx", (folder,)) is None
    assert "the generated face stands in for it" in caplog.text


def test_a_link_that_leads_out_of_a_confinement_is_not_found(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.onnx"
    secret.write_bytes(b"")
    (folder / "linked.onnx").symlink_to(secret)
    assert find_detector("linked", (folder,))
    with confined(Confinement((folder,), (folder,))), pytest.raises(ModelError, match="neither a file"):
        find_detector("linked", (folder,))


def test_only_known_detectors_are_read_without_permission(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "opencv" / YUNET_FILES[1]
    path.write_bytes(b"other")
    with pytest.raises(ModelError, match=r"is not OpenCV's release .*, or it is damaged") as caught:
        read_detector(path)
    assert isinstance(caught.value.hint, AllowCode)
    with allow(code=True):
        assert read_detector(path) == b"other"
    monkeypatch.setattr(find, "YUNET_SHA256", {hashlib.sha256(b"other").hexdigest()})
    assert read_detector(path) == b"other"


@pytest.mark.usefixtures("allow_code")
def test_a_file_that_is_too_large_for_a_detector_is_refused(folder: Path) -> None:
    path = folder / "large.onnx"
    with path.open("wb") as file:
        file.truncate(find.MAX_BYTES + 1)
    with pytest.raises(ModelError, match=r"large.onnx: is larger than 16000000 bytes; expected YuNet"):
        read_detector(path)
