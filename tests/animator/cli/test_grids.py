"""`batch --grid` and `--seeds`: combinations of values in one film and one sheet."""

import json
from pathlib import Path

import pytest
from PIL import Image

from animator.presets.grid import Axis, Grid, grid_of
from animator.presets.load import load
from animator.presets.sheet import MAX_SIDE, Sheet
from tests.animator.cli.in_process import animator
from tests.animator.film.facts import facts_of

PRESET = "name: lake\nsize: 64\nframes: 3\nfps: 6\nprompts: a lake\ndiffusion: {steps: 1, seed: 5}\n"


@pytest.fixture(autouse=True)
def in_a_folder_with_a_preset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lake.yaml").write_text(PRESET)


def axis(key: str, *values: object) -> Axis:
    return Axis(key, values)


def test_a_grid_renders_every_combination_into_one_film_and_one_sheet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    grid = ("--grid", "diffusion.cfg_scale=2,4", "--grid", "diffusion.seed=1,2")
    code, printed = animator(capsys, "batch", "lake.yaml", "-o", "out", *grid)
    assert code == 0 and "4 finished\nout/lake-grid.mp4\nout/lake-grid.png\n" in printed
    runs = sorted(path for path in Path("out").iterdir() if path.is_dir())
    films = [load(run / "preset.yaml").diffusion for run in runs]
    assert [film.seed for film in films] == [1, 2, 1, 2]
    assert runs[1].name == "lake-cfg_scale-2-seed-2"
    facts = facts_of(Path("out/lake-grid.mp4"))
    sheet = Image.open("out/lake-grid.png")
    assert facts.frames == 3 and facts.size[0] - sheet.width in (0, 1) and sheet.width > 2 * 64
    for index, run in enumerate(runs):  # columns are the first axis
        left, top = Sheet(Grid((axis("a", 2, 4), axis("seed", 1, 2))), (64, 64))._corner(index)
        last = Image.open(run / "frames" / "000000002.png")
        assert sheet.crop((left, top, left + 64, top + 64)).tobytes() == last.tobytes()


def test_a_stopped_grid_is_resumed_and_its_own_files_are_replaced(
    capsys: pytest.CaptureFixture[str],
) -> None:
    args = ("batch", "lake.yaml", "-o", "out", "--seeds", 2)
    assert animator(capsys, *args)[0] == 0
    before = {path: path.stat().st_mtime_ns for path in Path("out").glob("*/frames/*.png")}
    summary = json.loads(Path("out/batch.json").read_text())
    summary["films"][1]["status"] = "waiting"
    Path("out/batch.json").write_text(json.dumps(summary))
    assert animator(capsys, *args)[0] == 2
    code, printed = animator(capsys, *args, "--resume")
    assert code == 0 and "2 finished" in printed
    after = {path: path.stat().st_mtime_ns for path in Path("out").glob("*/frames/*.png")}
    assert before == after and len(before) == 6


def test_a_file_in_the_way_is_found_before_anything_is_rendered(capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir()
    Path("out/lake-grid.png").write_bytes(b"holiday")
    code, printed = animator(capsys, "batch", "lake.yaml", "-o", "out", "--seeds", 2)
    assert code == 2 and "lake-grid.png: exists" in printed and len(list(Path("out").iterdir())) == 1


def test_films_of_other_sizes_and_lengths_share_a_grid(capsys: pytest.CaptureFixture[str]) -> None:
    grid = ("--grid", "size=64,128x96", "--grid", "frames=2,5")
    assert animator(capsys, "batch", "lake.yaml", "-o", "out", *grid)[0] == 0
    assert facts_of(Path("out/lake-grid.mp4")).frames == 5


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--grid", "diffusion.cfg_scale=2,many"], "unknown name `many`"),
        (["--grid", "cfg=2,3"], "cfg: unknown setting; did you mean `diffusion.cfg_scale`?"),
        (["--grid", "diffusion.seed"], "grid diffusion.seed: expected a setting and its values"),
        (["--grid", "diffusion.seed="], "grid diffusion.seed=: has no value"),
        (["--grid", "frames=2,2"], "grid frames=2,2: has a value twice"),
        (["--grid", "prompts=[a"], "the values are not YAML"),
        (["--grid", "fps=1,2", "--set", "fps=3"], "fps: is given twice, by the grid"),
        (["--grid", "diffusion.seed=1,2", "--seeds", "3"], "diffusion.seed: is given twice"),
        (["--seeds", "101"], "the grid has 101 combinations; expected at most 100"),
        (["--seeds", "11", "--grid", "fps=1,2,3,4,5,6,7,8,9,10"], "10 x 11 = 110 combinations"),
        (["--seeds", "1"], "--seeds"),
    ],
)
def test_a_wrong_grid_is_refused_before_any_frame(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, printed = animator(capsys, "batch", "lake.yaml", "-o", "out", *args)
    assert code == 2 and message in printed and not Path("out").exists()


def test_values_are_yaml() -> None:
    assert Axis.parse("prompts='a lake, dawn',\"b\"").values == ("a lake, dawn", "b")
    assert Axis.parse("diffusion.sampler=DPM++ 2M, Euler a").values == ("DPM++ 2M", "Euler a")
    assert Axis.parse("depth.stabilize=true,false").override(True) == "depth.stabilize=true"
    assert Axis.parse("motion.zoom=1,1.05").label(1.05) == "zoom 1.05"


def test_prompts_are_values_too(capsys: pytest.CaptureFixture[str]) -> None:
    prompts = json.dumps(["a lake\nat dawn", "湖 🎉", "a lake " * 500], ensure_ascii=False)[1:-1]
    code, printed = animator(capsys, "batch", "lake.yaml", "-o", "out", "--grid", f"prompts={prompts}")
    assert code == 0 and "3 finished" in printed and Path("out/lake-grid.png").is_file()
    assert all(len(path.name.encode()) < 100 for path in Path("out").iterdir())


def test_variations_have_seeds_that_are_far_apart() -> None:
    assert grid_of((), 3, ()).axes == (axis("diffusion.seed", 1, 1001, 2001),)


SHAPES = [((3,), (3, 1)), ((7,), (3, 3)), ((3, 2), (3, 2)), ((2, 3, 4), (2, 12)), ((100,), (10, 10))]


@pytest.mark.parametrize(("sizes", "shape"), SHAPES)
def test_the_shape_of_a_grid(sizes: tuple[int, ...], shape: tuple[int, int]) -> None:
    grid = Grid(tuple(axis(f"a{number}", *range(size)) for number, size in enumerate(sizes)))
    assert grid.shape == shape
    places = [grid.place(index) for index in range(len(grid.cells))]
    assert len(set(places)) == len(places)
    assert max(column for column, _ in places) < shape[0] and max(row for _, row in places) < shape[1]


@pytest.mark.parametrize("sizes", [(10,), (100,), (50, 2), (2, 50), (3, 3, 3)])
def test_a_sheet_of_large_films_stays_within_what_encoders_take(sizes: tuple[int, ...]) -> None:
    grid = Grid(tuple(axis(f"a.long_name_{number}", *range(size)) for number, size in enumerate(sizes)))
    assert max(Sheet(grid, (1024, 1024)).blank.size) <= MAX_SIDE + 200
