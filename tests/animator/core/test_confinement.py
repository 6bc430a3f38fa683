"""A confinement says which paths settings may name; other tests try each reader of files."""

import pickle
import threading
from pathlib import Path

import pytest

from animator.core.confinement import Confinement, OutsideError, confined, confinement, named_path


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Two folders that settings may read, and one beside them."""
    for name in ("first", "second", "secret"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.txt").write_text(name)
    (tmp_path / "secret" / "key.txt").write_text("secret")
    return tmp_path / "first", tmp_path / "second", tmp_path / "secret"


def test_a_relative_name_is_looked_up_in_the_folders_in_their_order(
    folders: tuple[Path, Path, Path],
) -> None:
    first, second, _ = folders
    (second / "only.txt").write_text("second")
    found = Confinement((first, second))

    assert found.find("same.txt") == first / "same.txt"
    assert found.find("only.txt") == second / "only.txt"
    assert found.find("none.txt") == first / "none.txt"
    assert found.find(str(second / "same.txt")) == second / "same.txt"


def test_folders_of_models_come_after_the_others(folders: tuple[Path, Path, Path]) -> None:
    first, second, _ = folders
    assert Confinement((second,), models=(first,)).find("same.txt") == second / "same.txt"


@pytest.mark.parametrize(
    "name",
    [
        *("../secret/key.txt", "a/../../secret/key.txt", "..\\secret\\key.txt", ".."),
        *("~/key.txt", "~root/key.txt", "/etc/passwd", "//host/share/key.txt", "\\\\host\\share\\key.txt"),
        *("C:\\key.txt", "c:/key.txt", "C:key.txt", "file:///etc/passwd", "FILE:key.txt", "ftp://host/key"),
        *("key\0.txt", "\\\\?\\C:\\key.txt"),
    ],
)
def test_a_name_that_leads_out_is_refused(folders: tuple[Path, Path, Path], name: str) -> None:
    with pytest.raises(OutsideError, match="is not inside a folder that these settings may read"):
        Confinement(folders[:2]).find(name)


def test_a_link_that_leads_out_is_refused_and_one_that_stays_is_followed(
    folders: tuple[Path, Path, Path],
) -> None:
    first, second, secret = folders
    (first / "out.txt").symlink_to(secret / "key.txt")
    (first / "out").symlink_to(secret)
    (first / "over.txt").symlink_to(second / "same.txt")
    inside = Confinement((first, second))

    for name in ("out.txt", "out/key.txt", str(first / "out.txt")):
        with pytest.raises(OutsideError):
            inside.find(name)
    assert inside.find("over.txt").read_text() == "second"


def test_a_refusal_does_not_say_whether_the_file_exists(folders: tuple[Path, Path, Path]) -> None:
    first, _, secret = folders
    (first / "out").symlink_to(secret)

    def refusal(name: str) -> str:
        with pytest.raises(OutsideError) as caught:
            Confinement((first,)).find(name)
        return str(caught.value).replace(name, "NAME")

    names = ["out/key.txt", "out/none.txt", str(secret / "key.txt"), str(secret / "none.txt"), "/none"]
    assert len({refusal(name) for name in names}) == 1


def test_a_folder_reached_through_a_link_itself_is_a_folder_like_any_other(
    folders: tuple[Path, Path, Path],
) -> None:
    first, second, _ = folders
    (second / "link").symlink_to(first)
    assert Confinement((second / "link",)).find("same.txt").read_text() == "first"


def test_without_a_confinement_names_mean_what_they_did() -> None:
    assert confinement() is None
    assert named_path("~") == Path.home()
    assert named_path("../a.png") == Path("../a.png")


def test_a_confinement_holds_in_its_block_alone_and_not_in_other_threads(tmp_path: Path) -> None:
    seen: list[Confinement | None] = []
    given = Confinement((tmp_path,))
    with confined(given):
        thread = threading.Thread(target=lambda: seen.append(confinement()))
        thread.start()
        thread.join()
        assert named_path("a.png") == tmp_path / "a.png"
    assert seen == [None]
    assert confinement() is None
    assert pickle.loads(pickle.dumps(given)) == given


def test_settings_may_not_name_files_in_the_folders_of_the_program_itself(
    folders: tuple[Path, Path, Path],
) -> None:
    first, _, own = folders
    given = Confinement((first,), own=(own,))
    assert given.may_open(own / "key.txt")
    with pytest.raises(OutsideError):
        given.find(str(own / "key.txt"))


def test_a_confinement_without_folders_refuses_every_name() -> None:
    with pytest.raises(OutsideError):
        Confinement(()).find("a.png")
