"""Films whose faces are restored: where that acts, and that it does not flicker."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from animator.loop.build.pipeline import build_pipeline
from animator.loop.pipeline import NO_FACES
from animator.loop.render import Frame, render
from animator.loop.state import State
from animator.loop.steps.faces import RestoreFaces
from animator.models.diffusion.fake import FakeDiffuser
from animator.models.diffusion.request import Diffuser, GenerationRequest
from animator.models.faces.face import Face, FaceDetector
from animator.models.faces.restore import FaceRestorer
from animator.settings import Animation
from animator.timeline.timeline import Timeline
from tests.face_files import restoreformer, write_detector
from tests.faces import FixedDetector, FunctionNetwork, TremblingDetector, draw_face, place
from tests.fakes import QUIET, FunctionDiffuser, Make, Recorder

HEAD = place((32.0, 30.0), 0.08)
ON: dict[str, Any] = {"face_restoration": {"enabled": True}}


@dataclass(frozen=True)
class Film:
    """A film, with stand-ins for the models of face restoration.

    Attributes:
        animation: Its settings.
        detector: Finds the faces.
        network: Restores them.
        diffuser: Generates the images.
    """

    animation: Animation
    detector: FaceDetector
    network: FunctionNetwork = field(default_factory=lambda: FunctionNetwork(torch.zeros_like))
    diffuser: Diffuser = field(default_factory=FakeDiffuser)

    def frames(self, state: State | None = None) -> list[Frame]:
        off = self.animation.model_copy(update={"face_restoration": Animation().face_restoration})
        faces = RestoreFaces(FaceRestorer(self.detector, self.network))
        pipeline = replace(build_pipeline(off, self.diffuser), faces=faces)
        return list(render(Timeline(self.animation), pipeline, state))


def found(score: float = 0.9) -> FixedDetector:
    return FixedDetector((Face(HEAD, score),))


def images(frames: Sequence[Frame]) -> Tensor:
    return torch.stack([frame.image for frame in frames])


def gray(request: GenerationRequest) -> Tensor:
    return torch.full((3, request.size[1], request.size[0]), 0.5)


def test_a_film_without_the_setting_opens_nothing_and_stays_as_it_is(make_animation: Make) -> None:
    for settings in ({}, {"face_restoration": {"enabled": True, "strength": 0}}):
        assert build_pipeline(make_animation(**settings), FakeDiffuser()).faces is NO_FACES
    plain = render(Timeline(make_animation()), build_pipeline(make_animation(), FakeDiffuser()))
    film = Film(make_animation(**ON), FixedDetector(()))
    assert torch.equal(images(list(plain)), images(film.frames()))
    assert not film.network.asked


def test_every_generated_frame_is_restored_and_in_betweens_are_not(make_animation: Make) -> None:
    film = Film(make_animation(frames=7, diffusion={"seed": 1, "cadence": 3}, **ON), found())
    frames = film.frames()
    assert len(film.network.asked) == 3
    assert frames[0].image[:, 30, 32].max() < 1e-6


def test_strength_and_fidelity_change_by_frame(make_animation: Make) -> None:
    settings = {"enabled": True, "strength": "0:(1), 4:(0)", "fidelity": "0:(0), 5:(1)"}
    film = Film(
        make_animation(face_restoration=settings, diffusion={"seed": 1, "strength": 0}, **QUIET),
        found(),
        diffuser=FunctionDiffuser(gray),
    )
    shown = [float(frame.image[0, 30, 32]) for frame in film.frames()]
    assert shown == pytest.approx([0.0, 0.125, 0.25, 0.375, 0.5, 0.5], abs=1e-6)
    assert [fidelity for _, fidelity in film.network.asked] == pytest.approx([0.0, 0.2, 0.4, 0.6])


def test_the_restored_face_is_what_later_steps_and_the_next_frame_get(make_animation: Make) -> None:
    recorder = Recorder(FunctionDiffuser(gray))
    vignette = {"use": "vignette", "at": "after", "amount": 1}
    animation = make_animation(frames=2, motion={"zoom": 1}, steps=[vignette], **ON, **QUIET)
    network = FunctionNetwork(torch.ones_like)
    first, _ = Film(animation, found(), network, recorder).frames()
    assert 0.9 < float(first.image[0, 30, 32]) <= 1.0 and float(first.image[0, 0, 0]) < 0.01
    given = recorder.asked[1].image
    assert given is not None and torch.equal(given, first.image)


def test_a_head_at_rest_is_cut_out_at_the_same_place_in_every_frame(make_animation: Make) -> None:
    """Each frame differs by noise, so the detector trembles; the cut-outs would, too, if they followed it."""
    head = place((64.0, 60.0), 0.2)
    drawn = draw_face(head, 128, 128)

    def noisy(request: GenerationRequest) -> Tensor:
        generator = torch.Generator().manual_seed(request.frame)
        return (drawn + 0.01 * torch.randn(drawn.shape, generator=generator)).clamp(0, 1)

    film = Film(
        make_animation(size=(128, 128), frames=20, **ON, **QUIET),
        TremblingDetector(head, error_px=0.3),
        FunctionNetwork(),
        FunctionDiffuser(noisy),
    )
    frames = film.frames()
    held = [faces for frame in frames if (faces := frame.state.faces) is not None]
    assert len(held) == 20 and all(torch.equal(faces, held[0]) for faces in held)
    detected = [film.detector.detect(noisy_frame)[0].landmarks for noisy_frame in images(frames)]
    assert np.ptp(detected, axis=0).min() > 0.3  # the detector did tremble


@pytest.mark.parametrize("cadence", [1, 2])
def test_a_film_resumes_from_every_frame_with_the_same_bits(make_animation: Make, cadence: int) -> None:
    animation = make_animation(
        frames=12, diffusion={"seed": 3, "cadence": cadence}, motion={"translation_x": 0.6}, **ON
    )
    film = Film(animation, TremblingDetector(HEAD, error_px=1.5, score=0.75))
    whole = film.frames()
    for stop in range(1, 12):
        state = State.from_bytes(whole[stop - 1].state.to_bytes())
        again = film.frames(state)
        assert torch.equal(images(again), images(whole[state.next_frame :]))


def test_a_cut_holds_no_face_of_the_scene_before(make_animation: Make) -> None:
    strength = "0:(0.5), 2:(0.5), 3:(0), 4:(0.5)"
    animation = make_animation(frames=5, diffusion={"seed": 3, "strength": strength}, **ON)
    film = Film(animation, TremblingDetector(HEAD, error_px=0.05))
    faces = [frame.state.faces for frame in film.frames()]
    before, after = faces[2], faces[3]
    assert before is not None and after is not None and not torch.equal(before, after)
    # A doubtful face is kept within a scene only.
    doubtful = Film(animation, found(0.5))
    known = State(2, torch.zeros(3, 64, 64), faces=torch.from_numpy(HEAD).float().unsqueeze(0))
    assert [frame.state.faces is not None for frame in doubtful.frames(known)] == [True, False, False]


def test_a_state_keeps_the_faces_and_refuses_broken_ones() -> None:
    faces = torch.rand(2, 5, 2)
    again = State.from_bytes(State(3, torch.zeros(3, 8, 8), faces=faces).to_bytes())
    assert again.faces is not None and torch.equal(again.faces, faces)
    for broken, message in (
        (
            torch.zeros(2, 4, 2),
            r"faces is torch.float32 of shape \(2, 4, 2\); expected floats \(count, 5, 2\)",
        ),
        (torch.full((1, 5, 2), float("nan")), "faces has values that are not finite"),
    ):
        with pytest.raises(ValueError, match=message):
            State.from_bytes(State(3, torch.zeros(3, 8, 8), faces=broken).to_bytes())


@pytest.mark.usefixtures("allow_code")
def test_a_film_opens_the_files_that_its_settings_name(make_animation: Make, tmp_path: Path) -> None:
    pytest.importorskip("einops", reason="the extra `upscale` is not installed")
    write_detector(tmp_path / "models")
    save_file(restoreformer(), tmp_path / "models" / "RestoreFormer.safetensors")
    animation = make_animation(
        frames=1,
        diffusion={"seed": 1, "model_folders": [str(tmp_path / "models")]},
        face_restoration={"enabled": True, "model": "RestoreFormer"},
    )

    def red_cell(request: GenerationRequest) -> Tensor:
        image = torch.zeros(3, 64, 64)
        image[0, 24:32, 24:32] = 1.0
        return image

    diffuser = FunctionDiffuser(red_cell)
    (frame,) = render(Timeline(animation), build_pipeline(animation, diffuser))
    assert frame.state.faces is not None and frame.state.faces.shape == (1, 5, 2)
    assert float(frame.image[1].max()) > 0.05
