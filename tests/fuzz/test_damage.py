"""Tests of the damage itself: a fuzz test that feeds only valid files finds nothing."""

from hypothesis import HealthCheck, find, given, settings

from tests.fuzz.damage import damaged, damaged_files

VALID = bytes(range(100))


def test_a_damaged_file_is_cut_changed_and_enlarged() -> None:
    find(damaged(VALID), lambda data: len(data) < 50 and VALID.startswith(data))
    find(damaged(VALID), lambda data: len(data) > 100)
    find(damaged(VALID), lambda data: len(data) == 100 and data != VALID)


@given(damaged_files([VALID]))
def test_a_fuzz_test_has_the_profile_of_its_suite(data: bytes) -> None:
    assert settings.get_profile("ci").derandomize
    assert HealthCheck.function_scoped_fixture in settings().suppress_health_check
    assert isinstance(data, bytes)
