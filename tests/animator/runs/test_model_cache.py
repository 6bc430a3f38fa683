"""The cache of open models: which are kept, and which make room."""

import weakref
from pathlib import Path

import pytest
import torch
from torch import Tensor

from animator import Animation, FakeDiffuser, GenerationRequest
from animator.errors import ModelError
from animator.runs import model_cache
from animator.runs.model_cache import (
    WORKING_BYTES,
    DiffuserCache,
    ModelKey,
    free_memory,
    memory_needed,
    model_key,
)
from tests.fakes import Make

CPU = torch.device("cpu")
GB = 10**9
SIZES = {"a": 4 * GB, "b": 4 * GB, "c": 4 * GB, "large": 9 * GB}


class Model:
    """A diffuser that a weak reference can watch."""

    def generate(self, request: GenerationRequest) -> Tensor:
        return FakeDiffuser().generate(request)


class Machine:
    """A device with some memory, of which a model takes its share until nothing refers to it."""

    def __init__(self, memory: int | None, *, knows_sizes: bool = True) -> None:
        self.opened: list[str] = []
        self.most_at_once = 0
        self._memory = memory
        self._knows_sizes = knows_sizes
        self._models: list[tuple[str, weakref.ref[Model]]] = []

    def open(self, animation: Animation, device: torch.device) -> Model:
        model = Model()
        self.opened.append(animation.model)
        self._models.append((animation.model, weakref.ref(model)))
        self.most_at_once = max(self.most_at_once, len(self.alive))
        return model

    @property
    def alive(self) -> list[str]:
        return [name for name, model in self._models if model() is not None]

    def free(self, device: torch.device) -> int | None:
        return None if self._memory is None else self._memory - sum(SIZES[name] for name in self.alive)

    def needed(self, wanted: ModelKey, device: torch.device) -> int | None:
        return SIZES[wanted[0]] if self._knows_sizes else None


@pytest.fixture(autouse=True)
def any_model_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_cache, "check_film_models", lambda animation: None)


def kept_after(machine: Machine, make: Make, *models: str) -> list[str]:
    """The models that are open after those of some films were asked for in a row."""
    cache = DiffuserCache(machine.open, machine.free, machine.needed)
    for model in models:
        cache(make(model=model), CPU)
    return machine.alive


def test_a_model_is_opened_once_for_films_that_share_it(make_animation: Make) -> None:
    machine = Machine(100 * GB)
    cache = DiffuserCache(machine.open, machine.free, machine.needed)
    first = cache(make_animation(model="a"), CPU)
    assert cache(make_animation(model="a", name="another", frames=9), CPU) is first
    assert cache(make_animation(model="a", diffusion={"tiling": True}), CPU) is not first
    assert machine.opened == ["a", "a"]


def test_all_are_kept_while_there_is_memory(make_animation: Make) -> None:
    machine = Machine(12 * GB + WORKING_BYTES)
    assert kept_after(machine, make_animation, "a", "b", "c", "a", "b") == ["a", "b", "c"]
    assert machine.opened == ["a", "b", "c"]


def test_the_least_recently_used_makes_room_before_another_is_opened(make_animation: Make) -> None:
    machine = Machine(8 * GB + WORKING_BYTES)
    assert kept_after(machine, make_animation, "a", "b", "a", "c") == ["a", "c"]
    assert machine.most_at_once == 2


def test_as_many_make_room_as_it_takes(make_animation: Make) -> None:
    machine = Machine(12 * GB + WORKING_BYTES)
    assert kept_after(machine, make_animation, "a", "b", "c", "large") == ["large"]
    assert kept_after(Machine(13 * GB + WORKING_BYTES), make_animation, "a", "b", "large") == ["b", "large"]


def test_a_model_that_fits_nowhere_is_opened_alone(make_animation: Make) -> None:
    machine = Machine(5 * GB)
    assert kept_after(machine, make_animation, "a", "large") == ["large"] and machine.most_at_once == 1


@pytest.mark.parametrize(("memory", "knows_sizes"), [(None, True), (100 * GB, False), (None, False)])
def test_where_nothing_is_known_one_is_kept(
    make_animation: Make, memory: int | None, *, knows_sizes: bool
) -> None:
    machine = Machine(memory, knows_sizes=knows_sizes)
    assert kept_after(machine, make_animation, "a", "b", "b", "a") == ["a"]
    assert machine.opened == ["a", "b", "a"] and machine.most_at_once == 1


def test_others_make_room_for_a_model_in_use_when_memory_gets_short(make_animation: Make) -> None:
    machine = Machine(8 * GB + WORKING_BYTES)
    cache = DiffuserCache(machine.open, machine.free, machine.needed)
    for model in ("a", "b"):
        cache(make_animation(model=model), CPU)
    machine._memory = 8 * GB
    cache(make_animation(model="a"), CPU)
    assert machine.alive == ["a"]


def test_models_of_other_devices_stay(make_animation: Make) -> None:
    machine = Machine(4 * GB)
    cache = DiffuserCache(machine.open, machine.free, machine.needed)
    cache(make_animation(model="a"), torch.device("meta"))
    cache(make_animation(model="b"), CPU)
    assert machine.alive == ["a", "b"]


def test_a_model_that_cannot_be_opened_is_not_remembered(make_animation: Make) -> None:
    def fail(animation: Animation, device: torch.device) -> Model:
        raise ModelError(f"{animation.model}: broken")

    machine = Machine(100 * GB)
    cache = DiffuserCache(fail, machine.free, machine.needed)
    for _ in range(2):
        with pytest.raises(ModelError, match="a: broken"):
            cache(make_animation(model="a"), CPU)


def test_the_need_of_a_model_is_that_of_its_files(make_animation: Make, tmp_path: Path) -> None:
    (tmp_path / "m.safetensors").write_bytes(bytes(1000))
    film = make_animation(model=str(tmp_path / "m.safetensors"))
    assert (
        memory_needed(model_key(film), CPU) == 2000
        and memory_needed(model_key(film), torch.device("cuda")) == 1000
    )
    built_in = memory_needed(model_key(make_animation()), CPU)
    assert built_in is not None and built_in > 10**6


@pytest.mark.parametrize("model", ["someone/on-the-hub", "missing.safetensors"])
def test_the_need_of_a_model_elsewhere_is_not_known(make_animation: Make, model: str) -> None:
    assert memory_needed(model_key(make_animation(model=model)), CPU) is None


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("MemTotal:  9 kB\nMemAvailable:   2048 kB\n", 2048 * 1024),
        ("MemTotal: 9 kB\n", None),
        (None, None),
    ],
)
def test_free_memory_of_the_host_is_read_where_the_system_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, free: int | None
) -> None:
    if text is not None:
        (tmp_path / "meminfo").write_text(text)
    monkeypatch.setattr(model_cache, "_MEMINFO", tmp_path / "meminfo")
    assert free_memory(CPU) == free and free_memory(torch.device("mps")) is None


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_free_memory_of_a_gpu_counts_what_torch_keeps_for_later() -> None:
    device = torch.device("cuda")
    before = free_memory(device)
    torch.empty(10**9, dtype=torch.uint8, device=device)
    after = free_memory(device)
    assert before is not None and after is not None and abs(before - after) < 10**8


def test_a_model_is_shared_with_whoever_else_needs_it(make_animation: Make) -> None:
    machine = Machine(100 * GB)
    cache = DiffuserCache(machine.open, machine.free, machine.needed)
    film = make_animation(model="a")
    shared = cache(film, CPU)
    assert cache.open(model_key(film), CPU, Model) is shared and machine.opened == ["a"]


def test_dropped_models_are_opened_again(make_animation: Make) -> None:
    machine = Machine(100 * GB)
    cache = DiffuserCache(machine.open, machine.free, machine.needed)
    cache(make_animation(model="a"), CPU)
    cache.drop()
    assert machine.alive == []
    cache(make_animation(model="a"), CPU)
    assert machine.opened == ["a", "a"]
