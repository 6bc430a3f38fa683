"""Films whose networks are missing: rendered with what is built in where permitted, refused otherwise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from animator import Animation, PresetError, RunReader, allow
from animator.core.log_collector import collecting
from animator.core.permissions import Permissions, permissions
from animator.errors import ModelError
from animator.film.interpolation.flow import FlowInterpolator
from animator.film.interpolation.open_interpolator import open_interpolator
from animator.film.upscaling.find_upscaler import KNOWN
from animator.film.upscaling.open_upscaler import open_upscaler
from animator.film.upscaling.upscaler import Lanczos
from animator.models.depth import names
from animator.models.depth.open_depth import open_depth
from animator.models.depth.starter import StarterDepth
from animator.models.flow.open_flow import open_flow
from animator.models.flow.opencv import Dis
from animator.runs.preflight.check_film import check_animation
from tests.animator.api.pond import rendered
from tests.animator.film.facts import facts_of
from tests.fakes import Make

CPU = torch.device("cpu")
OTHER_NAMES = [name for name in (*names.names(), *names.LEGACY) if name != names.STARTER]
FILMS: dict[str, dict[str, Any]] = {
    "depth.model: zoe": {"mode": "3d", "depth": {"model": "Zoe"}},
    "flow.raft: RAFT": {"diffusion": {"seed": 7, "cadence": 2, "optical_flow_cadence": "RAFT"}},
    "frame_interpolation.engine: FILM": {
        "frame_interpolation": {"engine": "FILM", "amount": 3, "model": "film_net_fp32.pt"}
    },
    "frame_interpolation.engine: RIFE v4.6": {
        "frame_interpolation": {"engine": "RIFE v4.6", "amount": 3, "model": "flownet.pkl"}
    },
    "upscaling.model: RealESRGAN_x2": {"upscaling": {"enabled": True, "factor": 4, "model": "RealESRGAN_x2"}},
    "upscaling.model: 4x.pth": {"upscaling": {"enabled": True, "factor": 4, "model": "4x.pth"}},
}


@pytest.fixture(autouse=True)
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No folder has any weights."""
    monkeypatch.setenv("ANIMATOR_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def allowed() -> Iterator[None]:
    with allow(stand_ins=True):
        yield


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_the_built_in_depth_network_stands_in_for_every_other(allowed: None, name: str) -> None:
    with collecting() as collected:
        assert isinstance(open_depth(name, CPU), StarterDepth)
    assert any(
        text.startswith(f"depth.model: {name}: its weights are missing") for text in collected.warnings
    )


def test_a_name_that_is_no_network_stays_a_mistake(allowed: None) -> None:
    with pytest.raises(ModelError, match="neither a known name nor a file"):
        open_depth("midos", CPU)


def test_dis_stands_in_for_raft(allowed: None) -> None:
    assert isinstance(open_flow("RAFT", "", CPU), Dis) and isinstance(open_flow("RAFT", "no.pth", CPU), Dis)


@pytest.mark.parametrize("engine", ["FILM", "RIFE v4.6"])
def test_flow_stands_in_for_interpolators(allowed: None, engine: str) -> None:
    assert isinstance(open_interpolator(engine, "no.pt", CPU), FlowInterpolator)


@pytest.mark.parametrize("name", [*KNOWN, "ESRGAN_4x", "4x-UltraSharp.pth"])
def test_lanczos_stands_in_for_upscalers_with_their_factor(allowed: None, name: str) -> None:
    assert open_upscaler(name, 4, (), CPU) == Lanczos(4)


@pytest.mark.parametrize("network", FILMS)
def test_without_the_permission_the_film_is_refused(make_animation: Make, network: str) -> None:
    with pytest.raises(PresetError, match="1 problem"):
        check_animation(make_animation(**FILMS[network]))


@pytest.mark.parametrize("network", FILMS)
def test_with_it_the_check_warns_and_names_the_network(
    make_animation: Make, allowed: None, network: str
) -> None:
    with collecting() as collected:
        check_animation(make_animation(**FILMS[network]))
    (warning,) = collected.warnings
    assert warning.lower().startswith(network.lower()) and "stands in for it" in warning


def test_a_film_of_missing_networks_is_rendered_and_says_so_once(
    make_animation: Make, tmp_path: Path, allowed: None
) -> None:
    settings = {key: value for film in FILMS.values() for key, value in film.items()}
    made = rendered(make_animation(**settings), tmp_path / "run")
    networks = (
        "depth.model: Zoe",
        "flow.raft: RAFT",
        "frame_interpolation.engine: RIFE",
        "upscaling.model: 4x",
    )
    assert [sum(text.startswith(name) for text in made.warnings) for name in networks] == [1, 1, 1, 1]
    larger, smoother = made.extra_films
    assert (larger.name, smoother.name) == ("untitled_upscaled_x4.mp4", "untitled_interpolated_x3.mp4")
    assert (facts_of(larger).size, facts_of(smoother).frames) == ((256, 256), 18)


@pytest.mark.parametrize("compat", [False, True])
def test_a_film_with_a_stand_in_is_that_of_the_network_that_stands_in(
    make_animation: Make, tmp_path: Path, allowed: None, *, compat: bool
) -> None:
    def film(model: str) -> Animation:
        motion = {"translation_z": 5, "translation_x": 5}
        return make_animation(frames=3, mode="3d", compat=compat, motion=motion, depth={"model": model})

    rendered(film("Zoe"), tmp_path / "zoe")
    rendered(film("starter"), tmp_path / "starter")
    zoe, starter = (RunReader.open(tmp_path / name).pixels(range(3)) for name in ("zoe", "starter"))
    assert [pixels.tobytes() for pixels in zoe] == [pixels.tobytes() for pixels in starter]


def test_the_permission_is_added_and_taken_back() -> None:
    with allow(stand_ins=True), allow(code=True):
        assert permissions() == Permissions(code=True, stand_ins=True)
    assert not permissions().stand_ins
