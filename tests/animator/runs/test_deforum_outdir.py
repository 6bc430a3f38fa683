"""The files of a run under Deforum's names."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from animator.errors import RunError
from animator.models.diffusion.fake import FakeDiffuser
from animator.runs.deforum_outdir import DeforumOutdir
from animator.runs.output_paths import OutputPaths
from animator.runs.render_run import RenderResult, render_run
from animator.runs.run import Run
from animator.settings import Animation
from tests.fakes import Make

BEGAN = datetime(2026, 11, 30, 17, 5, 9)
T = "20261130170509"


@pytest.fixture
def place(tmp_path: Path) -> DeforumOutdir:
    return DeforumOutdir.claim(tmp_path / "out", {"batch_name": "lake_{timestring}"}, BEGAN)


def render(film: Animation, folder: Path, place: DeforumOutdir, **options: Any) -> RenderResult:
    """Renders a film with its frames also in another folder, and then its other files."""
    sink = place.open_sink
    result = render_run(film, folder, diffuser=FakeDiffuser(), device="cpu", sink=sink, **options)
    with Run.open(folder) as run:
        place.add_outputs(run)
    return result


def names(place: DeforumOutdir) -> list[str]:
    return sorted(path.name for path in place.folder.iterdir() if not path.name.startswith("."))


def test_a_folder_is_named_by_batch_name_and_time(tmp_path: Path) -> None:
    for template, name in {
        "Deforum_{timestring}": f"Deforum_{T}",
        "{seed}-{W}x{H}": "7-64x32",
        "../../etc/{timestring}": T,
        "a:b*c?\x1b[31m": "a_b_c_[31m",
        "nul.txt": "_nul.txt",
        "é" * 300 + "_{timestring}": "é" * 83 + T,
        "{unknown}": "{unknown}",
        "..": "untitled",
    }.items():
        root = tmp_path / str(len(list(tmp_path.iterdir())))
        settings = {"batch_name": template, "seed": 7, "W": 64, "H": 32}
        claimed = DeforumOutdir.claim(root, settings, BEGAN)
        assert claimed == DeforumOutdir(root / name, T) and claimed.folder.is_dir()
    assert DeforumOutdir.claim(tmp_path / "default", {}, BEGAN).folder.name == f"Deforum_{T}"


def test_no_two_runs_have_the_same_place(tmp_path: Path) -> None:
    own = [DeforumOutdir.claim(tmp_path, {}, BEGAN) for _ in range(3)]
    assert [place.timestring for place in own] == [T, "20261130170510", "20261130170511"]
    assert len({place.folder for place in own}) == 3
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / f"{T}_settings.txt").write_text("of a person")
    shared = [DeforumOutdir.claim(tmp_path, {"batch_name": "mine"}, BEGAN) for _ in range(2)]
    assert [place.timestring[-2:] for place in shared] == ["10", "11"]


def test_frames_and_files_have_deforums_names(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path
) -> None:
    film = make_animation(
        frames=3,
        output={"make_gif": True, "subtitles": ["Zoom"]},
        upscaling={"enabled": True, "factor": 4, "model": "lanczos"},
        frame_interpolation={"engine": "flow", "amount": 3},
    )
    render_run(film, tmp_path / "run", diffuser=FakeDiffuser(), device="cpu")
    with Run.open(tmp_path / "run") as run:
        place.open_sink(run, 3).close()
        place.add_outputs(run)
    place.write_settings("{}")
    assert names(place) == [
        f"{T}.gif",
        f"{T}.mp4",
        f"{T}.srt",
        f"{T}_000000000.png",
        f"{T}_000000001.png",
        f"{T}_000000002.png",
        f"{T}_Upscaled_x4.mp4",
        f"{T}_flow_x3.mp4",
        f"{T}_settings.txt",
    ]
    assert (place.folder / f"{T}.mp4").samefile(tmp_path / "run" / "untitled.mp4")


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"engine": "FILM", "amount": 3}, "_FILM_x3"),
        ({"engine": "RIFE v4.6", "amount": 3}, "_RIFE46_x3"),
        ({"engine": "FILM", "amount": 3, "use_upscaled": True}, "_FILM_x3_upscaled"),
        ({"engine": "FILM", "slow_motion": True, "slow_motion_amount": 4}, "_FILM_x2_slomo_x4"),
    ],
)
def test_interpolated_films_are_named_by_their_engine(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path, settings: dict[str, Any], name: str
) -> None:
    film = make_animation(frame_interpolation=settings, upscaling={"enabled": True})
    with Run.create(tmp_path / "run", film) as run:
        OutputPaths(run.folder, film).best.write_bytes(b"a film")
        place.add_outputs(run)
    assert names(place) == [f"{T}{name}.mp4"]


def test_the_folder_grows_with_the_run(make_animation: Make, place: DeforumOutdir, tmp_path: Path) -> None:
    seen: list[int] = []

    def look(progress: object) -> None:
        seen.append(len(names(place)))

    film, diffuser = make_animation(frames=3), FakeDiffuser()
    render_run(film, tmp_path / "run", diffuser=diffuser, sink=place.open_sink, progress=look)
    assert seen == [0, 1, 2, 3]


def test_a_resumed_run_adds_what_is_missing(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path
) -> None:
    film, run = make_animation(frames=4), tmp_path / "run"
    render(film, run, place, end=2)
    (place.folder / f"{T}_000000000.png").unlink()
    (place.folder / f".{T}-0123456789abcdef.part").write_bytes(b"of a killed process")
    render(film, run, DeforumOutdir(place.folder, T), resume=True)
    assert [name for name in names(place) if name.endswith("png")] == [f"{T}_{n:09d}.png" for n in range(4)]
    assert not list(place.folder.glob(".*.part"))


def test_frames_rendered_again_replace_their_earlier_links(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path
) -> None:
    render(make_animation(frames=2), tmp_path / "run", place)
    frame = tmp_path / "run" / "frames" / "000000001.png"
    (tmp_path / "new.png").write_bytes(frame.read_bytes() + b"\0")
    (tmp_path / "new.png").replace(frame)
    with Run.open(tmp_path / "run") as run:
        DeforumOutdir(place.folder, T).open_sink(run, 2)
    assert (place.folder / f"{T}_000000001.png").samefile(frame)


def test_where_there_are_no_links_files_are_copied_once(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    render(make_animation(frames=2), tmp_path / "run", place)
    copy, frame = place.folder / f"{T}_000000001.png", tmp_path / "run" / "frames" / "000000001.png"
    assert copy.read_bytes() == frame.read_bytes() and not copy.samefile(frame)
    before = copy.stat().st_ino
    with Run.open(tmp_path / "run") as run:
        DeforumOutdir(place.folder, T).open_sink(run, 2)
    assert copy.stat().st_ino == before


def test_a_file_of_somebody_else_is_never_replaced(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path
) -> None:
    mine = place.folder / f"{T}_000000001.png"
    mine.write_bytes(b"mine")
    with pytest.raises(RunError, match="is not a file of this run"):
        render(make_animation(frames=3), tmp_path / "run", place)
    assert mine.read_bytes() == b"mine"
    place.write_settings("{}")
    settings = place.folder / f"{T}_settings.txt"
    place.write_settings('{"seed": 1}')
    settings.write_text("edited by hand")
    with pytest.raises(RunError, match="was changed since"):
        place.write_settings("{}")
    assert settings.read_text() == "edited by hand"


def test_a_link_in_place_of_a_file_or_of_the_folder_is_left_alone(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path
) -> None:
    (tmp_path / "private.txt").write_text("private")
    (place.folder / f"{T}_000000000.png").symlink_to(tmp_path / "private.txt")
    with pytest.raises(RunError, match="is not a file of this run"):
        render(make_animation(frames=1), tmp_path / "run", place)
    assert (tmp_path / "private.txt").read_text() == "private"
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="is a symbolic link"):
        DeforumOutdir.claim(tmp_path, {"batch_name": "linked"}, BEGAN)


def test_a_torn_record_costs_only_what_it_lost(
    make_animation: Make, place: DeforumOutdir, tmp_path: Path
) -> None:
    render(make_animation(frames=2), tmp_path / "run", place)
    record = place.folder / f".{T}.jsonl"
    record.write_bytes(record.read_bytes()[:-4])
    with Run.open(tmp_path / "run") as run:
        again = DeforumOutdir(place.folder, T)
        again.open_sink(run, 2)
        again.add_outputs(run)
    assert f"{T}_000000001.png" in names(place)
