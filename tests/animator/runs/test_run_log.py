"""The log of a run: whose messages it has, how large it gets, what is left alone."""

import logging
import threading
from datetime import datetime
from pathlib import Path

import pytest
from torch import Tensor

from animator import FakeDiffuser, GenerationRequest, RenderResult, Run, RunError, RunReader, render_run
from animator.core.log_collector import collecting, warn_once
from animator.core.threads import start_thread
from animator.runs.preview import preview
from animator.runs.run_log import MAX_BYTES
from tests.animator.api.pond import rendered
from tests.animator.cli.in_process import animator
from tests.fakes import FunctionDiffuser, Make

log = logging.getLogger("animator.models.deep.inside")


def saying(*texts: str, at: int = 2) -> FunctionDiffuser:
    """A diffuser that logs warnings while it generates a frame."""

    def generate(request: GenerationRequest) -> Tensor:
        for text in texts if request.frame == at else ():
            log.warning("%s at frame %d", text, request.frame)
        return FakeDiffuser().generate(request)

    return FunctionDiffuser(generate)


def render(make: Make, folder: Path, diffuser: FunctionDiffuser, **more: bool) -> RenderResult:
    return render_run(make(), folder, diffuser=diffuser, device="cpu", **more)  # type: ignore[arg-type]


def messages(folder: Path) -> list[str]:
    return [entry.message for entry in RunReader.open(folder).log.read()]


def test_warnings_are_returned_and_kept_in_the_run_folder(make_animation: Make, tmp_path: Path) -> None:
    made = render(make_animation, tmp_path / "run", saying("dark", "dark", "bright"))
    assert made.warnings == ("dark at frame 2", "bright at frame 2")
    (first, *_) = RunReader.open(tmp_path / "run").log.read()
    assert first.level == "warning" and datetime.fromisoformat(first.time).utcoffset() is not None
    assert messages(tmp_path / "run") == ["dark at frame 2", "dark at frame 2", "bright at frame 2"]


def test_what_is_logged_before_the_folder_is_open_belongs_to_the_run(
    tmp_path: Path, make_animation: Make
) -> None:
    film = make_animation(frame_interpolation={"engine": "FILM", "amount": 2})
    made = rendered(film, tmp_path / "run")
    assert len(made.warnings) == 1 and "FILM needs its weights" in made.warnings[0]
    assert made.warnings[0] in messages(tmp_path / "run")


def test_a_quiet_run_has_no_log(make_animation: Make, tmp_path: Path) -> None:
    assert rendered(make_animation(), tmp_path / "run").warnings == ()
    assert not (tmp_path / "run" / "log.jsonl").exists() and messages(tmp_path / "run") == []


def test_sessions_follow_each_other_in_the_log(make_animation: Make, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        render(make_animation, tmp_path / "run", FunctionDiffuser(_warns_then_stops))
    made = render(make_animation, tmp_path / "run", saying("second", at=5), resume=True)
    assert made.warnings == ("second at frame 5",)
    assert messages(tmp_path / "run") == ["first", "second at frame 5"]


def _warns_then_stops(request: GenerationRequest) -> Tensor:
    if request.frame == 3:
        log.warning("first")
        raise KeyboardInterrupt
    return FakeDiffuser().generate(request)


def test_runs_that_are_rendered_at_once_keep_their_warnings_apart(
    make_animation: Make, tmp_path: Path
) -> None:
    both = threading.Barrier(2, timeout=60)
    made: dict[str, RenderResult] = {}

    def work(name: str) -> None:
        def generate(request: GenerationRequest) -> Tensor:
            both.wait()
            log.warning("%s %d", name, request.frame)
            return FakeDiffuser().generate(request)

        made[name] = render(make_animation, tmp_path / name, FunctionDiffuser(generate))

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in ("a", "b"):
        assert list(made[name].warnings) == messages(tmp_path / name) == [f"{name} {i}" for i in range(6)]


def test_a_thread_that_works_for_a_run_logs_for_it_and_others_do_not() -> None:
    with collecting() as collected:
        ours = start_thread(lambda: log.warning("ours"), "worker")
        other = threading.Thread(target=lambda: log.warning("not ours"))
        other.start()
        ours.join()
        other.join()
    assert collected.warnings == ("ours",)


def test_a_warning_given_once_is_given_once_for_each_run(make_animation: Make, tmp_path: Path) -> None:
    def generate(request: GenerationRequest) -> Tensor:
        warn_once(log, "the clip is %s", "interlaced")
        return FakeDiffuser().generate(request)

    for name in ("a", "b"):
        render(make_animation, tmp_path / name, FunctionDiffuser(generate))
        assert messages(tmp_path / name) == ["the clip is interlaced"]


def test_a_run_within_a_run_has_a_log_of_its_own(make_animation: Make, tmp_path: Path) -> None:
    def generate(request: GenerationRequest) -> Tensor:
        if request.frame == 3:
            render(make_animation, tmp_path / "inner", saying("inner"))
        return saying("outer", at=4).generate(request)

    render(make_animation, tmp_path / "outer", FunctionDiffuser(generate))
    assert messages(tmp_path / "inner") == ["inner at frame 2"]
    assert messages(tmp_path / "outer") == ["outer at frame 4"]


def test_the_log_has_a_limit_and_earlier_sessions_make_room(make_animation: Make, tmp_path: Path) -> None:
    long = saying(*(f"{number} {'x' * 5000}" for number in range(400)))
    render(make_animation, tmp_path / "run", long)
    path = tmp_path / "run" / "log.jsonl"
    assert MAX_BYTES * 0.9 < path.stat().st_size <= MAX_BYTES
    with Run.open(tmp_path / "run") as run:
        run.rewind(run.checkpoints.load_before(0), run.animation)
        render_run(run, diffuser=saying("again"), device="cpu")
    assert path.stat().st_size <= MAX_BYTES * 0.51
    assert messages(tmp_path / "run")[-1] == "again at frame 2"


def test_a_line_torn_by_a_kill_costs_no_other(make_animation: Make, tmp_path: Path) -> None:
    render(make_animation, tmp_path / "run", saying("first"))
    path = tmp_path / "run" / "log.jsonl"
    path.write_bytes(path.read_bytes() + b'{"time": "2026-11-3')
    assert messages(tmp_path / "run") == ["first at frame 2"]
    with Run.open(tmp_path / "run") as run:
        run.rewind(run.checkpoints.load_before(0), run.animation)
        render_run(run, diffuser=saying("second"), device="cpu")
    assert messages(tmp_path / "run") == ["first at frame 2", "second at frame 2"]


@pytest.mark.parametrize(
    "line", [b"[]", b'{"time": 3, "level": "warning", "message": "x"}', b'{"time": "now"}', b"\xff\xfe"]
)
def test_lines_of_another_form_are_skipped(make_animation: Make, tmp_path: Path, line: bytes) -> None:
    render(make_animation, tmp_path / "run", saying("first"))
    path = tmp_path / "run" / "log.jsonl"
    path.write_bytes(path.read_bytes() + line + b"\n")
    assert messages(tmp_path / "run") == ["first at frame 2"]


def test_a_log_of_another_program_is_left_as_it_is(make_animation: Make, tmp_path: Path) -> None:
    rendered(make_animation(), tmp_path / "run", end=2)
    path = tmp_path / "run" / "log.jsonl"
    path.write_text('{"event": "mine"}\n')
    with pytest.raises(RunError, match=r"log\.jsonl: is not the log of a run"):
        rendered(make_animation(), tmp_path / "run", resume=True)
    assert path.read_text() == '{"event": "mine"}\n'


def test_a_log_that_cannot_be_written_does_not_end_the_film(make_animation: Make, tmp_path: Path) -> None:
    def generate(request: GenerationRequest) -> Tensor:
        if request.frame == 1:
            (tmp_path / "run" / "log.jsonl").symlink_to(tmp_path / "elsewhere")
        return saying("dark", "bright").generate(request)

    made = render(make_animation, tmp_path / "run", FunctionDiffuser(generate))
    assert made.film.exists() and not (tmp_path / "elsewhere").exists()
    assert made.warnings[0] == "dark at frame 2" and "cannot be written any more" in made.warnings[1]
    assert made.warnings[2] == "bright at frame 2"


def test_a_preview_has_a_log_too(
    make_animation: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def warn(run: Run, frames: int) -> None:
        log.warning("little space")

    monkeypatch.setattr(Run, "warn_if_low_on_space", warn)
    with Run.create(tmp_path / "run", make_animation()) as run:
        preview(run, lambda progress: None)
    assert messages(tmp_path / "run") == ["little space"]


def test_without_logging_configured_warnings_are_still_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with collecting() as collected:
        log.warning("printed once")
    assert capsys.readouterr().err == "printed once\n" and collected.warnings == ("printed once",)


def test_the_command_line_prints_what_it_logs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("film.yaml").write_text(
        "name: lake\nsize: 64\nframes: 2\nprompts: a lake\ndiffusion: {seed: 3, steps: 1}\n"
        "frame_interpolation: {engine: FILM, amount: 2}\n"
    )
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    code, printed = animator(capsys, "render", "film.yaml", "--out", "run", "--device", "cpu")
    assert code == 0 and "FILM needs its weights" in printed
    assert {text.partition(" needs")[0] for text in messages(Path("run"))} == {"frame_interpolation: FILM"}
