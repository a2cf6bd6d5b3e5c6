"""Each mutation of dxkit's own code is noticed by ``verify`` or by the test that is named for it:
all of them with ``--full``, which prints the table, a few drawn at random otherwise.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from tests.verify.mutations import MUTATIONS, ROOT, VERIFY, Mutation, places_of, who_notices

SAMPLE = 1


def test_there_are_mutations_of_every_room_and_each_can_be_made() -> None:
    stale = [mutation for mutation in MUTATIONS if len(places_of(mutation)) != 1]
    made = [mutation for mutation in MUTATIONS if mutation not in stale]
    assert len(made) >= 60, stale
    rooms = {mutation.room.partition("/")[0] for mutation in made}
    assert rooms == {"intake", "analysis", "model", "report"}
    assert all(mutation.old != mutation.new for mutation in made)


def test_what_intake_exchanges_is_noticed_by_verify_itself() -> None:
    assert {m.notices for m in MUTATIONS if m.room == "intake"} == {VERIFY}


@pytest.mark.parametrize("named", sorted({m.notices for m in MUTATIONS} - {VERIFY}))
def test_each_test_that_is_named_is_one_of_the_default_suite(named: str) -> None:
    file, _, function = named.partition("::")
    assert re.search(rf"^def {function}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def drawn(full: bool) -> list[Mutation]:
    chance = random.Random("mutations")
    made = [mutation for mutation in MUTATIONS if len(places_of(mutation)) == 1]
    return list(MUTATIONS) if full else chance.sample(made, SAMPLE)


@pytest.mark.unmeasured
def test_each_mutation_is_noticed(
    tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    unnoticed = []
    with capsys.disabled():
        print()
        for mutation in drawn(request.config.getoption("--full")):
            noticed = who_notices(mutation, tmp_path) if len(places_of(mutation)) == 1 else ""
            (line,) = mutation.new.strip().splitlines()[-1:] or ["(taken out)"]
            told = f"{mutation.room:10} {line.strip():100.100} {noticed or 'NOBODY'}"
            print(told, flush=True)  # a whole run takes half an hour
            if not noticed.startswith(mutation.notices):
                unnoticed.append(told)
    assert unnoticed == []
