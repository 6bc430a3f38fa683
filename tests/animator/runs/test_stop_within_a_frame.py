"""A stop acts between two steps of a diffusion, and the next generation is as if there had been none."""

from pathlib import Path

import pytest
import torch

from animator.models.diffusion.request import GenerationRequest
from animator.models.diffusion.stable import open_diffuser
from animator.models.diffusion.step_hook import before_steps, begin_step
from animator.presets.load import load
from animator.runs.render_run import render_run
from animator.runs.stop_token import Stopped, StopToken, stopped_by
from schedules import PromptFrame

FILM = {"size": 64, "frames": 5, "prompts": "a lake", "diffusion": {"seed": 3, "steps": 6, "cadence": 2}}


def request(sampler: str) -> GenerationRequest:
    prompt = PromptFrame("a lake", "")
    return GenerationRequest(0, (64, 64), None, prompt, 0.0, 4, 5.0, sampler, 1)


@pytest.mark.parametrize(("sampler", "calls"), [("Euler a", 4), ("Heun", 7), ("DPM++ 2M", 4)])
def test_every_step_is_announced_and_changes_nothing(sampler: str, calls: int) -> None:
    diffuser, seen = open_diffuser("starter", "cpu"), list[tuple[int, int]]()
    expected = diffuser.generate(request(sampler))
    with before_steps(lambda step, steps: seen.append((step, steps))):
        image = diffuser.generate(request(sampler))
    assert torch.equal(image, expected) and len(seen) == calls
    assert {step for step, _ in seen} == {0, 1, 2, 3} and {steps for _, steps in seen} == {4}


def test_a_stopped_generation_leaves_the_model_as_it_was() -> None:
    diffuser, token = open_diffuser("starter", "cpu"), StopToken()
    expected = diffuser.generate(request("Euler a"))
    token.stop()
    with pytest.raises(Stopped), stopped_by(token):
        diffuser.generate(request("Euler a"))
    begin_step(0, 1)
    assert torch.equal(diffuser.generate(request("Euler a")), expected)


class StoppingModel:
    """Diffuser that has a film stopped while it generates an image, before one of its steps."""

    def __init__(self, token: StopToken, image: int) -> None:
        self._model = open_diffuser("starter", "cpu")
        self._token = token
        self.images_left = image

    def generate(self, request: GenerationRequest) -> torch.Tensor:
        self.images_left -= 1
        if self.images_left < 0:
            self._token.stop()
        return self._model.generate(request)


@pytest.mark.parametrize("image", [0, 1, 2])
def test_a_film_stopped_within_a_frame_resumes_to_the_same_bits(image: int, tmp_path: Path) -> None:
    film, token = load(FILM), StopToken()
    whole = render_run(film, tmp_path / "whole", device="cpu")
    model = StoppingModel(token, image)
    cut = render_run(film, tmp_path / "cut", diffuser=model, device="cpu", stop=token)
    assert cut.stopped and cut.frames == 2 * image and model.images_left == -1
    assert len(list((tmp_path / "cut" / "frames").glob("*.png"))) == cut.frames
    again = render_run(film, tmp_path / "cut", resume=True, device="cpu")
    assert not again.stopped and again.film.read_bytes() == whole.film.read_bytes()
