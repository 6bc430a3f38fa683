"""Trial generations: their seeds, and the image each starts from."""

import torch
from torch import Tensor

from animator.loop.state import State
from animator.loop.steps.redo import FlowRedo, Redo
from animator.timeline.timeline import Timeline
from tests.fakes import CountingGrays, FunctionDiffuser, Make, Recorder, level

GRAY = torch.full((3, 64, 64), 0.7)


def test_each_redo_has_a_seed_of_its_own_and_draws_over_the_last(make_animation: Make) -> None:
    recorder = Recorder(CountingGrays())
    plan = Timeline(make_animation(diffusion={"seed": 7, "seed_behavior": "fixed"}))[2]
    last = Redo(recorder, times=3).apply(GRAY, plan, State())
    assert [request.seed for request in recorder.asked] == [698514868, 2138569186, 2308734778]
    assert [round(level(request.image) or 0, 6) for request in recorder.asked] == [0.7, 0.1, 0.2]
    assert torch.equal(last, torch.full((3, 64, 64), 0.3))


def test_the_redos_of_two_frames_differ_under_a_fixed_seed(make_animation: Make) -> None:
    recorder = Recorder(CountingGrays())
    for plan in Timeline(make_animation(diffusion={"seed": 7, "seed_behavior": "fixed"})):
        Redo(recorder, times=2).apply(GRAY, plan, State())
    assert len({request.seed for request in recorder.asked}) == 12


def test_a_flow_redo_moves_the_image_towards_the_trial(make_animation: Make) -> None:
    ramp = torch.linspace(0.0, 1.0, 64).expand(3, 64, 64).contiguous()
    recorder = Recorder(FunctionDiffuser(lambda request: torch.zeros(3, 64, 64)))
    seen: list[tuple[Tensor, Tensor]] = []

    def right(first: Tensor, second: Tensor, guess: Tensor | None = None) -> Tensor:
        seen.append((first, second))
        return torch.stack((torch.full((64, 64), 8.0), torch.zeros(64, 64)))

    plan = Timeline(make_animation(diffusion={"seed": 7, "redo_flow_factor": 0.5}))[2]
    moved = FlowRedo(recorder, right).apply(ramp, plan, State())
    ((first, second),) = seen
    assert first is ramp and float(second.max()) == 0
    assert [request.seed for request in recorder.asked] == [1553592403]
    torch.testing.assert_close(moved[:, :, 8:], ramp[:, :, 4:-4])  # half of 8 pixels
