"""One way to find weights: the preset's folders, then the one that ANIMATOR_MODELS names."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from animator.cli.app import app
from animator.errors import ModelError
from animator.loop.build.models import folders_of, load_options
from animator.loop.build.pipeline import build_pipeline
from animator.models.diffusion.passthrough import PassthroughDiffuser
from animator.models.flow.find_raft import RAFT_FILES
from animator.models.flow.open_flow import open_flow
from animator.models.folders import find_file, model_folders
from animator.models.torchvision_ops import declare_missing_ops
from animator.settings import Animation

pytestmark = pytest.mark.usefixtures("allow_pickle")

Make = Callable[..., Animation]
ROOT = Path(__file__).parents[3]
CPU = torch.device("cpu")


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANIMATOR_MODELS", str(tmp_path / "shared"))
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    (tmp_path / "shared").mkdir()
    return tmp_path / "shared"


def test_the_shared_folder_comes_last(shared: Path) -> None:
    assert model_folders(["a", "b"]) == (Path("a"), Path("b"), shared)
    assert model_folders([str(shared), "b"]) == (shared, Path("b"))


def test_without_the_variable_there_are_the_named_folders_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANIMATOR_MODELS", raising=False)
    assert model_folders(["~/models"]) == (Path.home() / "models",)
    monkeypatch.setenv("ANIMATOR_MODELS", "")
    assert model_folders() == ()


def test_the_variable_is_read_in_one_file() -> None:
    readers = [path for path in (ROOT / "animator").rglob("*.py") if "os.environ.get(" in path.read_text()]
    assert [path.name for path in readers if "ANIMATOR_MODELS" in path.read_text()] == ["folders.py"]


def test_a_file_is_found_by_any_of_its_names_and_one_folder_down(tmp_path: Path) -> None:
    (tmp_path / "depth").mkdir()
    (tmp_path / "depth" / "b.pt").touch()
    assert find_file(["a.pt", "b.pt"], [tmp_path / "missing", tmp_path]) == tmp_path / "depth" / "b.pt"
    assert find_file(["c.pt"], [tmp_path]) is None


def test_checkpoints_are_found_in_the_shared_folder_too(make_animation: Make, shared: Path) -> None:
    save_file({"a": torch.zeros(1)}, shared / "dream.safetensors")
    library = load_options(make_animation()).library
    assert library.folders == (Path("models"), shared)
    assert library.checkpoint("dream") == shared / "dream.safetensors"


def test_a_films_depth_network_is_looked_for_in_its_model_folders(
    make_animation: Make, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Path, ...]] = []

    def find_or_download(entry: object, folders: tuple[Path, ...]) -> Path:
        seen.append(folders)
        raise ModelError("looked")

    monkeypatch.setattr("animator.models.depth.weights.find_or_download", find_or_download)
    animation = make_animation(
        mode="3d", depth={"model": "dpt-large"}, diffusion={"seed": 1, "model_folders": ("mine",)}
    )
    with pytest.raises(ModelError, match="looked"):
        build_pipeline(animation, PassthroughDiffuser())
    assert seen == [(Path("mine"), shared)] and folders_of(animation) == seen[0]


@pytest.mark.parametrize("place", ["shared", "shared/raft", "hub/checkpoints", "mine"])
def test_torchvisions_raft_is_found_by_its_name(tmp_path: Path, shared: Path, place: str) -> None:
    declare_missing_ops()
    from torchvision.models.optical_flow import raft_small

    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]):
        torch.save(raft_small().state_dict(), tmp_path / place / RAFT_FILES[-1])
    assert open_flow("RAFT", "", CPU, model_folders([tmp_path / "mine"])) is not None


def test_the_error_names_the_folders_searched_for_raft(tmp_path: Path, shared: Path) -> None:
    with pytest.raises(
        ModelError, match=r"flow\.raft: is empty.*shared or .*checkpoints, or choose DIS Fine"
    ):
        open_flow("RAFT", "", CPU, model_folders())


def test_the_models_command_lists_the_shared_folder(
    tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_file({"a": torch.zeros(1)}, shared / "dream.safetensors")
    shown = CliRunner().invoke(app, ["models", "--no-hashes"])
    assert str(shared / "dream.safetensors") in shown.stdout


@pytest.mark.parametrize("name", ["~nobody-lives-here", "x" * 300, "a\0b"])
def test_a_folder_that_cannot_be_holds_no_model(name: str) -> None:
    assert find_file(["a.safetensors"], model_folders([name])) is None
