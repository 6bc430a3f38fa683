"""LUT files: what is read of them, and what is refused."""

from itertools import product
from pathlib import Path

import pytest

from animator.images.cube import Cube, CubeError, parse_cube, read_cube


def lattice_text(side: int, head: str = "") -> str:
    """An identity: red changes fastest."""
    ends = [number / (side - 1) for number in range(side)]
    rows = (f"{red} {green} {blue}" for blue, green, red in product(ends, ends, ends))
    return "\n".join((f"{head}LUT_3D_SIZE {side}", *rows))


def parse(text: str) -> Cube:
    return parse_cube(text.encode())


def refused(text: str | bytes) -> str:
    with pytest.raises(CubeError) as caught:
        parse_cube(text.encode() if isinstance(text, str) else text)
    return caught.value.message


def test_red_changes_fastest() -> None:
    cube = parse(lattice_text(3))
    assert cube.lattice is not None and cube.curves is None
    assert cube.lattice.colors.shape == (3, 3, 3, 3)
    assert cube.lattice.colors[2, 1, 0].tolist() == [0.0, 0.5, 1.0]
    assert (cube.lattice.low, cube.lattice.high) == ((0, 0, 0), (1, 1, 1))


def test_titles_comments_blank_lines_and_windows_line_ends_are_read() -> None:
    text = '\ufeffTITLE "a: 1 2 3"\r\n# by me\r\n\r\nDOMAIN_MIN -1 0 0\r\nDOMAIN_MAX 1 2 4\r\n' + (
        "LUT_1D_SIZE 2\r\n0 0 0  \r\n# between\r\n\t1 1e0 +1.0\r\n"
    )
    cube = parse(text)
    assert cube.curves is not None and cube.curves.colors.tolist() == [[0, 0, 0], [1, 1, 1]]
    assert (cube.curves.low, cube.curves.high) == ((-1, 0, 0), (1, 2, 4))


def test_a_file_may_have_curves_and_then_a_lattice_each_with_its_inputs() -> None:
    head = "LUT_1D_SIZE 2\nLUT_1D_INPUT_RANGE 0 2\nLUT_3D_INPUT_RANGE 0 1.5\n"
    text = lattice_text(2, head).replace("LUT_3D_SIZE 2\n", "LUT_3D_SIZE 2\n0 0 0\n2 2 2\n", 1)
    cube = parse(text)
    assert cube.curves is not None and cube.lattice is not None
    assert cube.curves.high == (2, 2, 2) and cube.lattice.high == (1.5, 1.5, 1.5)
    assert cube.curves.colors.shape == (2, 3) and cube.lattice.colors[0, 0, 1].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": has no LUT_1D_SIZE and no LUT_3D_SIZE; expected a LUT file of the format .cube"),
        ("0 0 0\n", ": has no LUT_1D_SIZE and no LUT_3D_SIZE"),
        ("LUT_3D_SIZE 1\n", ":1: LUT_3D_SIZE is '1'; expected a whole number from 2 to 65"),
        ("LUT_3D_SIZE 256\n", ":1: LUT_3D_SIZE is '256'; expected a whole number from 2 to 65"),
        ("LUT_3D_SIZE 99999999999999999999\n", ":1: LUT_3D_SIZE is '99999999999999999999'"),
        ("LUT_3D_SIZE 2 2\n", ":1: LUT_3D_SIZE is '2 2'"),
        ("LUT_3D_SIZE\n", ":1: LUT_3D_SIZE is ''"),
        ("LUT_3D_SIZE -2\n", ":1: LUT_3D_SIZE is '-2'"),
        ("LUT_3D_SIZE ٣\n", ":1: LUT_3D_SIZE is '٣'"),
        ("LUT_1D_SIZE 65537\n", ":1: LUT_1D_SIZE is '65537'; expected a whole number from 2 to 65536"),
        ("LUT_1D_SIZE 3\n0 0 0\n1 1 1\n", ": has 2 rows of colors; expected 3 by LUT_1D_SIZE 3"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n1 1 1\n", ":4: is a row of colors too many; expected 2"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 nan 1\n", ":3: is '1 nan 1'; expected numbers up to 1e+06"),
        ("LUT_1D_SIZE 2\nnan 0 0\n1 1 1\n", ":2: is 'nan 0 0'; expected numbers up to 1e+06"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 inf 1\n", ":3: is '1 inf 1'; expected numbers"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 1e39 1\n", ":3: is '1 1e39 1'; expected numbers"),
        ("LUT_1D_SIZE 2\n0 0\n", ":2: is '0 0'; expected three numbers, as in 0.5 0.5 0.5"),
        ("LUT_1D_SIZE 2\n0 0 0 0\n", ":2: is '0 0 0 0'; expected three numbers"),
        ("LUT_1D_SIZE 2\n0 0 x\x1b[2J\n", ":2: is '0 0 x\\\\x1b[2J'; expected three numbers"),
        ("LUT_1D_SIZE 2\n0 0 0\nTITLE late\n", ":3: is 'TITLE late'; expected three numbers"),
        ("<html>\n", ":1: '<html>' is unknown; known: LUT_1D_SIZE, LUT_3D_SIZE, "),
        ("DOMAIN_MIN 0 0\nLUT_1D_SIZE 2\n0 0 0\n1 1 1\n", ":1: is '0 0'; expected three numbers"),
        (
            "DOMAIN_MIN 0 0 1\nLUT_1D_SIZE 2\n0 0 0\n1 1 1\n",
            ": its inputs are from (0.0, 0.0, 1.0) to (1.0, 1.0, 1.0); expected smaller numbers first",
        ),
        ("LUT_1D_INPUT_RANGE 1\nLUT_1D_SIZE 2\n0 0 0\n1 1 1\n", ":1: is '1 0'; expected three numbers"),
    ],
)
def test_what_is_no_lut_is_refused_with_its_place(text: str, said: str) -> None:
    assert refused(text).startswith(said)


def test_text_of_another_encoding_and_bytes_without_end_are_refused() -> None:
    assert "is unknown" in refused(lattice_text(2).encode("utf-16"))
    assert "is unknown" in refused(b"\xff" * 5_000_000)
    assert ": has more than 350161 lines; expected fewer" in refused(b"\n" * 3_000_000)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "look.cube"
    with pytest.raises(CubeError, match=r"look\.cube: cannot be read: No such file"):
        read_cube(path)
    path.mkdir()
    with pytest.raises(CubeError, match=r"look\.cube: is a folder; expected a regular file"):
        read_cube(path)
    path.rmdir()
    path.write_text("LUT_1D_SIZE 2\n0 0\n")
    with pytest.raises(CubeError, match=r"look\.cube:2: is '0 0'"):
        read_cube(path)
