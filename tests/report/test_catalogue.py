"""Every sentence is printed for its true examples and for none of its false ones, every step of
every condition is held by one of them, and the documents show what the kit says.

What a change in the data does to whole pages: ``test_mutations.py``.
"""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path

import pytest

from docs.sentences import facts_in, false_examples, true_examples
from dxkit.report.sentences.catalogue import (
    SENTENCES,
    SLOTS,
    Condition,
    FalseClaimError,
    Sentence,
    read_slots,
    state,
)
from dxkit.report.wording.language import available_languages, load_language
from tests.report.mutants import mutants


def holds(condition: Condition, sentence: Sentence) -> bool:
    """Whether the condition is so of all true examples of a sentence and of no false one."""
    return all(condition(*facts_in(e)) for e in true_examples(sentence)) and not any(
        condition(*facts_in(e)) for e in false_examples(sentence)
    )


@pytest.mark.parametrize("key", SENTENCES)
def test_a_sentence_is_said_of_its_true_examples_only(key: str) -> None:
    sentence = SENTENCES[key]
    for example in true_examples(sentence):
        facts, direction = facts_in(example)
        assert state(key, facts, direction).message == key, example
    for example in false_examples(sentence):
        facts, direction = facts_in(example)
        with pytest.raises(FalseClaimError):
            state(key, facts, direction)


@pytest.mark.parametrize("key", SENTENCES)
def test_every_step_of_a_condition_is_held_by_an_example(key: str) -> None:
    """Each atom negated, each threshold and comparison moved by one, each conjunct left out, each
    number read in another way: no such change passes all examples, so none is equivalent.
    """
    sentence = SENTENCES[key]
    assert holds(sentence.when, sentence)
    survivors = [str(mutant) for mutant in mutants(sentence.when) if holds(mutant, sentence)]
    assert survivors == [], str(sentence.when)


def test_the_conditions_have_thousands_of_steps() -> None:
    steps = Counter({key: len([*mutants(s.when)]) for key, s in SENTENCES.items()})
    assert steps.total() > 2500
    bare = {key for key, number_of in steps.items() if not number_of}
    assert bare == {  # the campaign declares them, in words only
        "rule_competition", "rule_dense", "rule_ties", "rule_unrounded", "rule_excluded",
        "rule_competition_after_ties", "rule_dense_after_ties",
        "reward_whole", "reward_by_progress", "reward_ties_all", "reward_ties_none",
        "rule_tiers", "reward_by_tier", "reward_tier_all", "reward_tier_none",
    }  # fmt: skip


@pytest.mark.parametrize("name", SLOTS)
def test_a_slot_prints_the_sentence_whose_example_it_is_given(name: str) -> None:
    place = SLOTS[name]
    for sentence in () if place.by_key else place.sentences:
        claim = place.choose(*facts_in(sentence.true))
        assert claim is not None
        assert claim.message == sentence.key


def test_a_sentence_stands_once_and_no_two_differ_under_one_key() -> None:
    for place in SLOTS.values():
        assert all(SENTENCES[sentence.key] is sentence for sentence in place.sentences)
        keys = [sentence.key for sentence in place.sentences]
        assert len(keys) == len(set(keys))


def test_an_example_has_all_numbers_that_its_words_show() -> None:
    """Every placeholder of the words that some example fills with a number is needed."""
    numbers = {name for s in SENTENCES.values() for name in facts_in(s.true)[0]}
    for key, sentence in SENTENCES.items():
        facts, _ = facts_in(sentence.true)
        for code in available_languages():
            shown = load_language(code).placeholders(f"claim.{key}") & numbers
            assert shown - {"lacking"} <= set(facts), key
            assert all(facts[name].known for name in shown & set(facts)), key


def test_a_weak_example_does_not_pass() -> None:
    """The mutations find what an example leaves open."""
    when = Condition.parse("value > 0 and written(change) > 0")
    strong = Sentence(
        "own", when, {"value": 1, "change": "1.0pp"}, ({"value": 0}, {"change": "0.04pp"})
    )
    assert not any(holds(mutant, strong) for mutant in mutants(when))
    weak = Sentence("own", when, {"value": 2, "change": "1.0pp"}, ({"value": -3},))
    assert {str(mutant) for mutant in mutants(when) if holds(mutant, weak)} == {
        "value >= 0 and written(change) > 0",
        "value > -1 and written(change) > 0",
        "value > 1 and written(change) > 0",
        "value > 0 and written(change) >= 0",
        "value > 0 and written(change) > -1",
        "value > 0 and change > 0",
    }


OWN = """
[own.shared]
last.when = "known(value)"
[own.place]
then = "shared"
first.when = "value > 5"
[own.more]
then = "shared"
like = "place"
suffix = "_more"
[own.asked]
by_key = true
words.same = ["other_words"]
"""


def test_slots_take_the_first_that_is_true_or_none() -> None:
    slots = read_slots(OWN)
    assert [*slots] == ["shared", "place", "more", "asked"]
    said = {
        value: [c.message for c in slots["place"].say(facts_in({"value": value})[0])]
        for value in (6, 5, "no_data")
    }
    assert said == {6: ["first"], 5: ["last"], "no_data": []}
    assert [s.key for s in slots["more"].sentences] == ["first_more", "last"]
    assert [s.key for s in slots["asked"].sentences] == ["words", "other_words"]
    assert slots["asked"].by_key


@pytest.mark.parametrize(
    "text",
    ["value", "value + 1", "value > 0.5", "known(value.x)", "1 < value < 3", "open(value)",
     "every(value > 0)", "value > '1'", "value in other", "value / 2 > 1", "lambda: value"],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(not a|no name)"):
        Condition.parse(text)(facts_in({"value": 3})[0])


@pytest.mark.parametrize("language", available_languages())
def test_the_documents_show_every_sentence_as_the_kit_says_it(root: Path, language: str) -> None:
    """``python docs/sentences.py`` renews them; read what has changed before it is committed."""
    document = root / "docs" / language / "sentences.md"
    printed = runpy.run_path(str(root / "docs" / "sentences.py"))["printed"](document)
    assert document.read_text("utf-8") == printed
    assert all(f"| {key} |" in printed for key in SENTENCES)
