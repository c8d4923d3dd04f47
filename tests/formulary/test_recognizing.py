"""A text names the medications whose names stand in it in whole words, and says what in it nobody knows."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.formulary.rules.regimen import Code, Severity, name_to_check
from clinic.formulary.rules.regimen.catalogue import Recognized
from clinic.formulary.rules.regimen.recognizing import BESIDE, SALTS, index_of, names_in, words_of
from tests.formulary.regimens import ADULT, RULES, findings, of_code, taken

NAMES = sorted(RULES.catalogue.by_name)
SHORT = ["a", "b", "c", "a b", "b c", "c-a", "a b c", "aaaa-bbbb", "aaaa", "bbbb", "cccc/aaaa/bbbb"]


def recognized(written: str) -> Recognized:
    found = RULES.catalogue.recognize(written)
    assert found
    return found


@pytest.mark.parametrize(
    ("written", "name", "rest"),
    [
        ("Ibuprofen 400 MG Oral Tablet", "ibuprofen", ()),
        ("24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet", "metformin", ()),
        ("Fluoxetine 25MG", "fluoxetine", ()),
        ("CARBAMAZEPINE[Tegretol]", "carbamazepine", ()),
        ("Lithium Carbonate 300 MG Oral Capsule [Lithobid]", "lithium", ()),
        ("Ibuprofén 400", "ibuprofen", ()),
        ("ibuprofen400", "ibuprofen", ()),
        ("xr sertraline", "sertraline", ()),
        # As other systems, phones and copied documents write it.
        ("Zoloft\u2122 50 MG", "sertraline", ()),
        ("ser\u00adtra\u200bline", "sertraline", ()),
        ("St. John\u2018s wort", "st john's wort", ()),
        ("St. John`s wort", "st john's wort", ()),
        ("Saint Johns Wort", "st john's wort", ()),
        ("St. John\u00b4s wort", "st john's wort", ()),
        ("levothyroxine 50 \u00b5g", "levothyroxine", ()),
        ("sertraline forte", "sertraline", ("forte",)),
        ("not sertraline", "sertraline", ("not",)),
        ("St. John\u2019s wort 300mg twice daily", "st john's wort", ()),
        # Several in one product: what it is called where it is known, else all of them together.
        ("Acetaminophen 325 MG / Hydrocodone bitartrate 7.5 MG Oral Tablet", "hydrocodone-acetaminophen", ()),
        ("Acetaminophen/Hydrocodone", "hydrocodone-acetaminophen", ()),
        ("Percocet (oxycodone / acetaminophen)", "oxycodone-acetaminophen", ()),
        ("Suboxone (buprenorphine 8 MG / naloxone 2 MG)", "buprenorphine-naloxone", ()),
        ("Sulfamethoxazole 800 MG / Trimethoprim 160 MG Oral Tablet", "sulfamethoxazole-trimethoprim", ()),
        ("Amphetamine Sulfate 5 MG / Dextroamphetamine saccharate 5 MG", "mixed amphetamine salts", ()),
        ("Ethinyl Estradiol 0.03 MG / Drospirenone 3 MG", "combined oral contraceptive", ()),
        ("ibuprofen 200 MG / famotidine 26.6 MG Oral Tablet", "famotidine / ibuprofen", ()),
        # What nobody knows beside it is told, also where it looks like a salt, or like a part of a longer name.
        ("sertraline + magnesium", "sertraline", ("magnesium",)),
        ("chlordiazepoxide 5 MG / clidinium bromide 2.5 MG", "chlordiazepoxide", ("clidinium", "bromide")),
        ("Estradiol vaginal ring", "etonogestrel-ethinyl estradiol ring", ("estradiol",)),
    ],
)
def test_a_text_means_what_it_names(written: str, name: str, rest: tuple[str, ...]) -> None:
    found = recognized(written)
    assert (found.ingredient.name, found.rest) == (name, rest)


@pytest.mark.parametrize("written", ["lithiumfree", "nonibuprofen", "ibuprofen's", "lithiumя", "simvistatin 10 MG"])
def test_a_name_within_a_longer_word_is_none(written: str) -> None:
    assert RULES.catalogue.recognize(written) is None


def test_each_name_means_the_same_alone_and_as_a_product() -> None:
    for name in NAMES:
        alone, product = recognized(name), recognized(f"24 HR {name.upper()} 12.5 MG Extended Release Oral Tablet")
        assert alone.ingredient is RULES.catalogue.by_name[name], name
        assert product.ingredient is alone.ingredient, name
        assert alone.rest == product.rest == (), name


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
def test_a_rule_that_means_what_is_named_means_the_text(names: list[str]) -> None:
    """Written together nothing gets quieter: any side of any rule that covers one of them covers the text."""
    together = recognized(" / ".join(names))
    sides = [side for rule in (*RULES.interactions, *RULES.duplicates) for side in (rule.side_a, rule.side_b)]
    sides += [side for rule in RULES.washouts for side in (rule.stopped, rule.started)]
    sides += [rule.medications for rule in (*RULES.conditions, *RULES.pregnancy, *RULES.ages)]
    for side in [*sides, *(rule.counted for rule in RULES.loads)]:
        if any(side.covers(RULES.catalogue.by_name[name]) for name in names):
            assert side.covers(together.ingredient), side
    assert together.rest == ()
    assert recognized(" 5 MG / ".join(reversed(names))).ingredient is together.ingredient


@given(st.lists(st.sampled_from(["a", "b", "c", "aaaa", "bbbb", "cccc", "x", "A", "é", "7"]), max_size=8))
def test_names_are_found_as_a_slow_search_finds_them(words: list[str]) -> None:
    """Every run of words that is a name and lies in no longer one; combinations by their pieces, anywhere."""
    text = words_of(" ".join(words)).words
    by_words = {words_of(name).words: name for name in SHORT}
    runs = [(i, j) for i in range(len(text)) for j in range(i + 1, len(text) + 1) if text[i:j] in by_words]
    longest = [(i, j) for i, j in runs if not any((a, b) != (i, j) and a <= i and j <= b for a, b in runs)]
    wanted = {by_words[text[i:j]] for i, j in longest}
    for name in SHORT:
        pieces = re.split("[-/]", name)
        if len(pieces) > 1 and all(len(piece) >= 4 and piece in text for piece in pieces):
            wanted.add(name)
    assert set(names_in(text, index_of(SHORT)).names) == wanted


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    found = RULES.catalogue.recognize(text)
    assert found is None or not set(found.rest) & BESIDE
    assert RULES.catalogue.allergens(text) <= frozenset().union(
        *(one.tokens for one in RULES.catalogue.by_name.values()), RULES.catalogue.class_by_name.values()
    )


def test_no_word_beside_a_name_is_itself_a_name() -> None:
    assert not (SALTS | BESIDE) & (set(RULES.catalogue.by_name) | set(RULES.catalogue.class_by_name))


@pytest.mark.parametrize(
    ("written", "known", "unknown"),
    [
        ("Ibuprofen 400 MG Oral Tablet", "ibuprofen", False),
        ("Lisinopril 10 MG / Hydrochlorothiazide 12.5 MG Oral Tablet", "zestoretic", False),
        ("ibuprofen forte", "ibuprofen", True),
    ],
)
def test_the_check_finds_the_same_for_a_text_as_for_the_name_and_tells_it_as_written(
    written: str, known: str, unknown: bool
) -> None:
    as_known, as_written = (
        [(one.code, one.rule, one.severity) for one in found if one.code != "unknown_medication"]
        for found in (findings(taken("lithium"), taken(name)) for name in (known, written))
    )
    assert as_known == as_written != []
    [first, *_] = of_code("interaction", taken("lithium"), taken(written))
    assert written.lower() in first.medications
    assert written.lower() in first.text
    assert bool(of_code("unknown_medication", taken("lithium"), taken(written))) is unknown


def test_entries_of_one_ingredient_are_summed_however_written() -> None:
    [found] = of_code("above_max", taken("sertraline", mg="150"), taken("Sertraline 100 MG Oral Tablet", mg="100"))
    assert found.medications == ("sertraline", "sertraline 100 mg oral tablet")


def test_one_product_of_several_does_not_concern_itself() -> None:
    assert of_code("additive_serotonergic", taken("tramadol 50 MG / trazodone 50 MG / fentanyl")) == []
    [found] = of_code("additive_serotonergic", taken("tramadol 50 MG / trazodone 50 MG"), taken("sertraline"))
    assert found.medications == ("sertraline", "tramadol 50 mg / trazodone 50 mg")


def test_what_of_a_text_nobody_knows_is_said() -> None:
    [found] = findings(taken("Foobarin 5 MG / loratadine 10 MG / zilch"))
    assert (found.code, found.severity) == (Code.UNKNOWN_MEDICATION, Severity.WARN)
    assert found.text == (
        "“foobarin 5 mg / loratadine 10 mg / zilch” was checked as loratadine: nothing was checked about “foobarin” and"
        " “zilch” in it."
    )


@pytest.mark.parametrize(
    ("allergy", "medication"),
    [
        ("Allergy to ibuprofen", "Advil 200 MG Oral Tablet"),
        ("Ibuprofen 400 MG Oral Tablet", "ibuprofen"),
        ("NSAIDs (swelling)", "ibuprofen"),
        ("sulfa drugs", "Sulfamethoxazole 800 MG / Trimethoprim 160 MG Oral Tablet"),
        ("Penicillin V Potassium 500 MG Oral Tablet", "amoxicillin"),
        # What is in a combination may be what was not borne.
        ("Vicodin", "acetaminophen"),
        ("Symbyax", "fluoxetine"),
        # What was not borne is in a combination.
        ("amoxicillin", "Augmentin"),
        ("acetaminophen", "Tylenol PM"),
        ("Benadryl", "Tylenol PM"),
    ],
)
def test_an_allergy_told_in_a_text_stops(allergy: str, medication: str) -> None:
    [found] = of_code("allergy", taken(medication), person=replace(ADULT, allergies=(allergy,)))
    assert f"an allergy to {allergy} is recorded" in found.text


@pytest.mark.parametrize("brand", ["Claritin-D", "Zyrtec-D 12 HR", "Allegra D", "Aleve-D", "Sudafed PE"])
def test_a_brand_with_a_decongestant_stops_beside_an_maoi(brand: str) -> None:
    [found] = [one for one in findings(taken("phenelzine"), taken(brand)) if one.severity is Severity.STOP]
    assert found.rule == "interaction-maoi-decongestant"


@pytest.mark.parametrize("brand", ["Tylenol PM", "Advil PM", "Motrin PM", "Aleve PM"])
def test_a_brand_with_an_antihistamine_is_checked_for_both(brand: str) -> None:
    assert recognized(brand).ingredient.tokens >= {"diphenhydramine", "sedating_antihistamine"}
    assert len(recognized(brand).names) == 3


@pytest.mark.parametrize("allergy", ["Latex allergy", "acetaminophen", "none of them"])
def test_another_allergy_does_not(allergy: str) -> None:
    assert of_code("allergy", taken("Ibuprofen 400 MG"), person=replace(ADULT, allergies=(allergy,))) == []


@pytest.mark.parametrize(
    ("written", "ingredient", "name"),
    [
        ("Sertraline 100MG", "sertraline", "sertraline"),
        ("Lustral", "sertraline", "sertraline"),
        ("Ibuprofen 400 MG", "sertraline", "sertraline"),
        ("Ibuprofen 400 MG", "", "Ibuprofen 400 MG"),
        # A link to one of several, or to what was known of it, hides nothing.
        ("Chlordiazepoxide-Clidinium", "chlordiazepoxide", "Chlordiazepoxide-Clidinium"),
        ("amitriptyline with perphenazine", "amitriptyline", "amitriptyline with perphenazine"),
    ],
)
def test_what_is_linked_is_checked_by_its_ingredient_unless_its_words_say_more(
    written: str, ingredient: str, name: str
) -> None:
    assert name_to_check(written, ingredient) == name


def test_what_a_text_is_checked_as_is_said_in_words() -> None:
    assert recognized("Advil 200 MG").words == "ibuprofen"
    assert recognized("ibuprofen 200 MG / famotidine 26.6 MG").words == "famotidine and ibuprofen"
    assert recognized("ibuprofen forte duo").words == "ibuprofen, without “forte duo”"
