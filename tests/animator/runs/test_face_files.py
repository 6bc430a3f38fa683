"""The files of face restoration: checked before a film renders, recorded, and named by settings files."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from animator.core.permissions import allow
from animator.errors import PresetError
from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import NO_FACES
from animator.models.diffusion.fake import FakeDiffuser
from animator.presets.deforum.exporting import export_settings
from animator.presets.load import load
from animator.runs.inputs import inputs_of
from animator.runs.preflight.check_film import check_animation
from animator.runs.preview import preview_pipeline
from animator.settings import Animation
from tests.face_files import write_detector
from tests.fakes import Make


def film(make_animation: Make, folder: Path, **settings: Any) -> Animation:
    """A film that restores faces by the networks in a folder."""
    return make_animation(
        diffusion={"seed": 7, "model_folders": [str(folder)]},
        face_restoration={"enabled": True, **settings},
    )


def test_a_check_names_every_missing_file_and_what_to_do(make_animation: Make, tmp_path: Path) -> None:
    with pytest.raises(PresetError) as caught:
        check_animation(film(make_animation, tmp_path))
    messages = {problem.path: problem.message for problem in caught.value.problems}
    assert messages.keys() == {"face_restoration.model", "face_restoration.detector"}
    assert "put GFPGANv1.4.pth," in messages["face_restoration.model"]
    assert "face_detection_yunet_2023mar.onnx" in messages["face_restoration.detector"]
    assert all("or set face_restoration.enabled to false" in message for message in messages.values())


@pytest.mark.parametrize("settings", [{"enabled": False}, {"strength": 0}])
def test_a_film_that_restores_no_face_needs_no_file(
    make_animation: Make, tmp_path: Path, settings: dict[str, Any]
) -> None:
    check_animation(film(make_animation, tmp_path, **settings))


def test_a_check_refuses_pickles_and_unknown_detectors_without_permission(
    make_animation: Make, tmp_path: Path
) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    torch.save({"params_ema": {}}, tmp_path / "GFPGANv1.4.pth")
    write_detector(tmp_path)
    animation = film(make_animation, tmp_path)
    with pytest.raises(PresetError) as caught:
        check_animation(animation)
    messages = [problem.message for problem in caught.value.problems]
    assert "can run code when they are read" in messages[0] and "is not OpenCV's release" in messages[1]
    with allow(pickle=True, code=True):
        check_animation(animation)


def test_a_check_says_that_the_package_is_missing(
    make_animation: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_file({"a": torch.zeros(1)}, tmp_path / "GFPGANv1.4.safetensors")
    write_detector(tmp_path)
    monkeypatch.setattr("animator.models.spandrel_package.find_spec", lambda name: None)
    with allow(code=True), pytest.raises(PresetError, match=r"pip install 'animator\[upscale\]'"):
        check_animation(film(make_animation, tmp_path))


def test_stand_ins_leave_the_faces_of_a_film_as_generated(make_animation: Make, tmp_path: Path) -> None:
    animation = film(make_animation, tmp_path)
    with allow(stand_ins=True):
        check_animation(animation)
        assert build_pipeline(animation, FakeDiffuser()).faces is NO_FACES


def test_a_preview_needs_no_file(make_animation: Make, tmp_path: Path) -> None:
    assert preview_pipeline(film(make_animation, tmp_path)).faces is NO_FACES


def test_a_run_records_the_files(make_animation: Make, tmp_path: Path) -> None:
    (tmp_path / "GFPGANv1.4.pth").write_bytes(b"weights")
    detector = write_detector(tmp_path)
    named = {item.setting: item.path for item in inputs_of(film(make_animation, tmp_path))}
    assert named["face_restoration.model"] == tmp_path / "GFPGANv1.4.pth"
    assert named["face_restoration.detector"] == detector
    off = inputs_of(film(make_animation, tmp_path, enabled=False))
    assert not any(item.setting.startswith("face_restoration") for item in off)


@pytest.mark.parametrize("restores", [True, False])
def test_restore_faces_of_a_settings_file_acts_and_is_written_back(tmp_path: Path, restores: bool) -> None:
    settings = {
        "animation_mode": "2D",
        "max_frames": 3,
        "prompts": {"0": "a face"},
        "restore_faces": restores,
    }
    (tmp_path / "film.txt").write_text(json.dumps(settings))
    animation = load(tmp_path / "film.txt")
    assert animation.face_restoration.enabled is restores
    assert export_settings(animation).settings["restore_faces"] is restores
