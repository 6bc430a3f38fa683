"""Examples per reader: few and always the same in the default suite, many and new ones with `-m fuzz`."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, is_hypothesis_test, settings

from tests.fuzz.command import Command

FOLDER = Path(__file__).parent
LONG_TIMEOUT_S = 3600
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking, which takes minutes where an example takes a second."""
UNCHECKED = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large)

settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, phases=PHASES, suppress_health_check=UNCHECKED
)
settings.register_profile(
    "fuzz",
    max_examples=5_000,
    deadline=None,
    print_blob=True,
    phases=(*PHASES, Phase.shrink),
    suppress_health_check=UNCHECKED,
)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Runs the command line in copies of a folder."""
    return Command(monkeypatch, capsys, tmp_path)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks the tests of this folder, and gives them their profile; other folders keep hypothesis' own."""
    is_long = config.option.markexpr == "fuzz"
    ours = [item for item in items if isinstance(item, pytest.Function) and FOLDER in item.path.parents]
    for item in ours:
        item.add_marker("fuzz")
        item.add_marker(pytest.mark.filterwarnings("ignore:Generating overly large repr"))
        if is_long:
            item.add_marker(pytest.mark.timeout(LONG_TIMEOUT_S))
    profile = settings.get_profile("fuzz" if is_long else "ci")
    for test in {item.obj for item in ours}:  # the cases of a parametrized test share one function
        if is_hypothesis_test(test):
            profile(test)
