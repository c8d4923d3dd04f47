"""The printed sheets, read back from the PDF."""

import datetime as dt
import io
import json
import re
from typing import Any

import pypdf
import pytest

from clinic.core import printing
from clinic.core.printing import pdf_answer, print_pdf
from clinic.handouts.rules.calendar import PlanOnPaper, calendar_of
from clinic.handouts.rules.paper import Paper, calendar_values, pharmacist_values
from clinic.titration.rules import day_words
from tests.handouts.papers import MONDAY, SCORED, changing, head, on_paper
from tests.titration.orders import order, step, tablets

# What typst, its strings and JSON take for code.
CODE = '#panic("x") $x^ \\ *b* _i_ [@ref] <label> `raw` // /* = - + #{}"); \\u{41} \'"'


def sheet(*plans: PlanOnPaper, client: str = "Ada Byron", paper: Paper = Paper.LETTER, large: bool = False) -> Any:
    values = calendar_values(calendar_of(plans, MONDAY), head(client), paper, large=large)
    return pypdf.PdfReader(io.BytesIO(print_pdf("handouts/calendar.typ", values)))


def text_of(pdf: Any) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))


def alternatives(pdf: Any) -> list[str]:
    """What a screen reader says in place of the drawings, in the order of the sheet."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/Alt" in node:
                found.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])

    walk(pdf.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_every_day_of_the_pdf_has_the_same_words_as_the_chart() -> None:
    plan = changing()
    pdf = sheet(plan)
    days = [MONDAY + dt.timedelta(days=number) for number in range(12)]
    expected = []
    for day in days:
        running = next(one for one in plan.steps if one.first_on <= day and (one.last_on is None or day <= one.last_on))
        expected.append(f"{day:%b} {day.day}: sertraline: {day_words(running, day)}")
    assert alternatives(pdf)[:12] == expected
    assert alternatives(pdf)[12:14] == ["Mar 14: sertraline: no longer taken", "Mar 15: nothing planned"]
    assert len(alternatives(pdf)) == 56
    told = text_of(pdf)
    for running in plan.steps:
        assert running.words in told


def test_the_sheet_says_what_to_do_and_whom_to_call() -> None:
    told = text_of(sheet(changing()))
    for words in (
        "Never stop on your own: call us first.",
        "(801) 555-0100",
        "Monday to Friday, 8 am to 6 pm",
        "988",
        "911",
        "Ada Byron",
        "Printed Mar 2, 2026",
        "valid until changed",
        "version 2",
        "Anything new, or anything that worries you: tell us.",
        "no dose today: paused",
    ):
        assert words in told


@pytest.mark.parametrize(("paper", "size"), [(Paper.LETTER, (612, 792)), (Paper.A4, (595, 842))], ids=["Letter", "A4"])
def test_one_medication_stands_on_one_sheet(paper: Paper, size: tuple[int, int]) -> None:
    pdf = sheet(changing(), paper=paper)
    assert len(pdf.pages) == 1
    assert (round(pdf.pages[0].mediabox.width), round(pdf.pages[0].mediabox.height)) == size


@pytest.mark.parametrize("paper", Paper)
def test_a_titration_beside_another_medication_stands_on_one_sheet(paper: Paper) -> None:
    rising = [step(14, morning="25"), step(14, morning="50"), step(7, morning="100"), step(30, morning="200")]
    lamotrigine = order(tablets("25", "50", "100", "200"), steps=rising)
    rash = ("Any new rash: call us at once, the same day.",)
    rises = [step(14, morning="75"), step(14, morning="125"), step(42, morning="150")]
    taken = on_paper(order(SCORED, steps=rises), treats="Low mood and worry")
    treats = "Mood that falls again and again"
    risen = on_paper(lamotrigine, letter="B", medication="lamotrigine", treats=treats, watch=rash)
    pdf = sheet(taken, risen, paper=paper)
    assert len(pdf.pages) == 1
    assert rash[0] in text_of(pdf)


def test_large_print_may_take_more_sheets_and_loses_no_day() -> None:
    plans = [changing(), on_paper(order(SCORED, steps=[step(60, morning="75", bedtime="25")]), letter="B")]
    assert len(alternatives(sheet(*plans, large=True))) == 56


def test_what_people_write_is_never_typeset_as_code() -> None:
    plan = on_paper(order(SCORED, steps=[step(7, morning="25")]), medication=CODE, treats=CODE, prescriber=CODE)
    told = text_of(sheet(plan, client=CODE)).replace(" ", "")
    assert told.count(CODE.replace(" ", "")) == 5
    values = pharmacist_values(plan, [CODE], head(CODE), born_on=MONDAY, from_on=MONDAY)
    copy = pypdf.PdfReader(io.BytesIO(print_pdf("handouts/pharmacist.typ", values)))
    assert text_of(copy).replace(" ", "").count(CODE.replace(" ", "")) == 5


@pytest.mark.parametrize("name", ["Lucía Ibáñez Quiñones", "Αλεξάνδρα Παπαδοπούλου", "王小明", "Анна Ščepanović"])
def test_names_of_many_scripts_can_be_read(name: str) -> None:
    assert name.replace(" ", "") in text_of(sheet(changing(), client=name)).replace(" ", "")


def test_a_sign_that_no_font_has_does_not_stop_the_print(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(sheet(changing(), client="Ada \U0001f642 \U0001fae0 \U000f0000").pages) == 1


def test_a_page_that_is_wrong_is_not_printed() -> None:
    with pytest.raises(RuntimeError):
        print_pdf("handouts/no-such-page.typ", {})


def test_the_pharmacists_copy_is_no_prescription() -> None:
    plan = on_paper(order(tablets("25", "50"), steps=[step(7, morning="25"), step(morning="75")]))
    values = pharmacist_values(plan, ["37 x 50 mg tablet"], head(), born_on=dt.date(1990, 12, 10), from_on=MONDAY)
    told = text_of(pypdf.PdfReader(io.BytesIO(print_pdf("handouts/pharmacist.typ", values))))
    for words in (
        "Not a prescription: the portal transmits none.",
        "born Dec 10, 1990",
        "Paula Prescriber, MD",
        "Mon, Mar 9, 2026 on",
        "75 mg in the morning (1 x 50 mg tablet + 1 x 25 mg tablet)",
        "37 x 50 mg tablet",
    ):
        assert words in told


def test_a_pdf_is_kept_nowhere_and_its_name_tells_nothing() -> None:
    answer = pdf_answer(b"%PDF", "calendar")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="calendar.pdf"'
    assert "no-store" in answer.headers["Cache-Control"]


def test_values_travel_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def compiled(*args: object, **given: Any) -> bytes:
        seen.update(given)
        return b""

    monkeypatch.setattr(printing.typst, "compile", compiled)
    print_pdf("handouts/calendar.typ", {"client": CODE})
    assert json.loads(seen["sys_inputs"]["values"]) == {"client": CODE}
