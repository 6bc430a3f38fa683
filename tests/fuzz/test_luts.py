"""LUT files: our own errors, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from animator.images.cube import CubeError, parse_cube
from tests.animator.images.test_cube import lattice_text
from tests.fuzz.bounded import bounded
from tests.fuzz.damage import damaged
from tests.fuzz.values import TEXT

CURVES = b'TITLE "a"\n# b\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 1 2 1e3\nLUT_1D_SIZE 3\n0 0 0\n.5 .5 .5\n1 1 1\n'
BOTH = lattice_text(2, "LUT_1D_SIZE 2\nLUT_3D_INPUT_RANGE 0 1\n").replace("\n0.0", "\n0 0 0\n1 1 1\n0.0", 1)
LINES = (
    "LUT_3D_SIZE 2", "LUT_3D_SIZE 65", "LUT_3D_SIZE 999999999", "LUT_1D_SIZE 65536", "LUT_1D_SIZE 2",
    "LUT_1D_SIZE -1", "LUT_1D_SIZE 1e3", "DOMAIN_MIN nan 0 0", "DOMAIN_MAX inf inf inf", "DOMAIN_MIN 1 1 1",
    "LUT_1D_INPUT_RANGE 0 0", "LUT_3D_INPUT_RANGE -1e308 1e308", "TITLE", 'TITLE "', "#", "", "0 0 0",
    "1 1 1", "nan nan nan", "1e999 0 0", "0x10 1 1", "1_0 1 1", "0,0,0", "0 0 0 # red", "\0", "0" * 5000,
)  # fmt: skip
PIECES = st.sampled_from((b"\n", b"0 0 0\n", b"0 ", b"#", b"\xff", b"\r"))
FILES = (
    st.lists(st.sampled_from(LINES) | TEXT, max_size=30).map(lambda lines: "\n".join(lines).encode())
    | st.sampled_from((CURVES, BOTH.encode(), lattice_text(3).encode())).flatmap(damaged)
    | st.tuples(PIECES, st.integers(1, 100_000)).map(lambda pair: b"LUT_3D_SIZE 60\n" + pair[0] * pair[1])
)


@given(FILES)
def test_a_lut_file_is_read_or_refused(data: bytes) -> None:
    with bounded(CubeError):
        cube = parse_cube(data)
        assert cube.curves is not None or cube.lattice is not None


def test_the_valid_files_are_read() -> None:
    assert parse_cube(CURVES).curves and parse_cube(BOTH.encode()).lattice
