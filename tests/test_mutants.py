"""The list of mutants fits the code, and a test notices each of them."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
KINDS = ("house", "connecting")

Mutant = dict[str, Any]
MUTANTS: list[Mutant] = yaml.safe_load((ROOT / "tests" / "mutants.yaml").read_text())

of_every_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant["id"] for mutant in MUTANTS])


@of_every_mutant
def test_a_mutant_changes_one_place_and_what_the_code_means(mutant: Mutant) -> None:
    assert mutant["file"].startswith(("animator/", "schedules/"))
    text = (ROOT / mutant["file"]).read_text()
    assert text.count(mutant["old"]) == 1
    changed = text.replace(mutant["old"], mutant["new"])
    assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(text))


@of_every_mutant
def test_the_tests_of_a_mutant_exist(mutant: Mutant) -> None:
    assert mutant["tests"]
    for test in mutant["tests"]:
        file, _, function = test.partition("::")
        assert (ROOT / file).is_file(), file
        if function:
            assert re.search(rf"^def {re.escape(function)}\(", (ROOT / file).read_text(), re.MULTILINE), test


def test_mutants_have_ids_of_their_own_and_a_known_kind() -> None:
    assert max(Counter(mutant["id"] for mutant in MUTANTS).values()) == 1
    assert {mutant["kind"] for mutant in MUTANTS} == set(KINDS)


@pytest.mark.mutants
@pytest.mark.timeout(3600)
def test_a_test_notices_every_mutant() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "mutate")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
