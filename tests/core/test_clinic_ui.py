"""The pieces pages are drawn with: what they say, and that colour is never the only sign."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.test.html import parse_html
from django.utils.safestring import mark_safe

from clinic.core.forms import submit
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.core.templatetags import clinic_ui

EVENING = datetime(2026, 3, 5, 4, 5, tzinfo=UTC)


class NoteForm(forms.Form):
    note = forms.CharField(label="Note", help_text="In your own words.")
    dose_mg = forms.DecimalField(label="Dose in mg", required=False)
    response = forms.ChoiceField(label="Response", choices=[("1", "Better")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Discussed")
    version = forms.IntegerField(widget=forms.HiddenInput)


TYPED = {"note": "Slept 5 hours", "dose_mg": "25", "response": "1", "agreed": "on", "version": "3"}


@dataclass
class Somebody:
    name: str
    pronouns: str

    def __str__(self) -> str:
        return self.name


def draw(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("37.50"), "37.5\xa0mg"),
        (Decimal("100"), "100\xa0mg"),
        (Decimal("1E+2"), "100\xa0mg"),
        (Decimal("0.5"), "0.5\xa0mg"),
        (Decimal("0.00"), "0\xa0mg"),
        (1200, "1,200\xa0mg"),
        (None, ""),
    ],
)
def test_dose_has_its_unit_and_no_trailing_zeros(value: Decimal | int | None, written: str) -> None:
    assert draw("{{ value|mg }}", value=value) == written


def test_amount_takes_any_unit() -> None:
    assert draw('{{ value|amount:"mmol/L" }}', value=Decimal("0.80")) == "0.8\xa0mmol/L"


def test_instant_is_written_in_the_clinics_zone(settings: Any) -> None:
    settings.TIME_ZONE = "America/Denver"

    assert clinic_ui.instant(EVENING) == "Mar 4, 2026, 9:05\xa0pm"
    assert clinic_ui.day(EVENING) == "Mar 4, 2026"
    assert clinic_ui.weekday(EVENING) == "Wed, Mar 4, 2026"


def test_midnight_and_noon_are_twelve(settings: Any) -> None:
    settings.TIME_ZONE = "UTC"

    assert clinic_ui.clock(datetime(2026, 3, 4, 0, 7, tzinfo=UTC)) == "12:07\xa0am"
    assert clinic_ui.clock(datetime(2026, 3, 4, 12, 0, tzinfo=UTC)) == "12:00\xa0pm"


def test_office_hours_stand_as_they_are() -> None:
    assert clinic_ui.clock(time(17, 30)) == "5:30\xa0pm"


def test_days_are_written_with_their_year() -> None:
    assert clinic_ui.day(date(2026, 3, 4)) == "Mar 4, 2026"
    assert clinic_ui.weekday(date(2026, 3, 4)) == "Wed, Mar 4, 2026"


@pytest.mark.parametrize("written", ["day", "weekday", "clock", "instant", "person"])
def test_nothing_is_written_for_nothing(written: str) -> None:
    assert draw(f"{{{{ value|{written} }}}}", value=None) == ""


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+18015550100", "(801) 555-0100"),
        ("+442079460018", "+44 20 7946 0018"),
        ("ask for Ann", "ask for Ann"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_phone_number_is_written_as_people_read_it(number: str | None, written: str) -> None:
    assert clinic_ui.phone(number) == written


def test_person_is_named_with_pronouns() -> None:
    assert clinic_ui.person(Somebody("Ada Okafor", "she/her")) == "Ada Okafor (she/her)"
    assert clinic_ui.person(Somebody("Ada Okafor", "")) == "Ada Okafor"


def test_icon_is_hidden_unless_it_says_something() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "pill" %}')
    assert 'role="img" aria-label="Medication"' in draw('{% icon "pill" label="Medication" %}')


def test_badge_says_its_status_in_words_and_escapes_them() -> None:
    drawn = draw('{% badge status "stop" "clock" %}', status="<b>Overdue</b>")

    assert "&lt;b&gt;Overdue&lt;/b&gt;" in drawn
    assert "#clock" in drawn
    assert "<svg" not in draw('{% badge "New" "note" %}')


def test_only_the_top_alert_interrupts() -> None:
    stop = draw('{% alert "stop" title=what %}<p>Rash in 2019.</p>{% endalert %}', what="<lamotrigine>")

    assert 'role="alert"' in stop
    assert "<strong>Stop</strong>: &lt;lamotrigine&gt;" in stop
    assert "<p>Rash in 2019.</p>" in stop
    for tier, word in [("warn", "Caution"), ("note", "Note"), ("good", "Done")]:
        drawn = draw(f'{{% alert "{tier}" %}}{{% endalert %}}')
        assert "role=" not in drawn
        assert f"<strong>{word}</strong>" in drawn


def test_a_status_that_was_safe_makes_no_other_safe() -> None:
    assert "<b>" in draw("{% badge status %}", status=mark_safe("<b>Overdue</b>"))
    assert "<b>" not in draw("{% badge status %}", status="<b>Overdue</b>")


def test_several_statuses_are_drawn_as_each_would_be() -> None:
    rows = [("Overdue", "stop", "clock"), ("<b>", "note", "")]
    each = draw('{% badge "Overdue" "stop" "clock" %}') + draw("{% badge text 'note' %}", text="<b>")
    assert draw("{% badges rows %}", rows=rows) == each
    assert draw("{% badges rows %}", rows=[]) == ""


def test_lines_by_name_and_by_day_show_what_they_have_and_no_mark_of_others() -> None:
    named = draw('{% named_lines rows "None." %}', rows=[("PHQ-9 12", "of 27", "Mar 4"), ("", "<b>", "")])
    assert named.startswith("<li><strong>PHQ-9 12</strong> of 27 <small>Mar 4</small></li>")
    assert named.endswith("<li>&lt;b&gt; <small></small></li>")
    rows = [
        clinic_ui.DatedLine("Mar 4", "<i>rose</i>", quote="<b>too much</b>", small="<s>", name="<u>", address="/c/"),
        clinic_ui.DatedLine("Mar 5", "fell", sign=("Overdue", "stop", "clock")),
    ]
    dated = draw('{% dated_lines rows "None." %}', rows=rows)
    assert '<a href="/c/">&lt;u&gt;</a> &lt;i&gt;rose&lt;/i&gt; <q>&lt;b&gt;too much&lt;/b&gt;</q>' in dated
    assert "<small>&lt;s&gt;</small>" in dated
    assert "Overdue" in dated
    for tag in ("named_lines", "dated_lines"):
        assert draw(f'{{% {tag} rows "None yet." %}}', rows=[]) == '<li class="absent">None yet.</li>'


def test_scripts_read_the_clinics_wall_clock() -> None:
    at = datetime(2026, 3, 4, 21, 5, 59, 7, tzinfo=UTC)
    assert draw("{{ at|wall_clock }}", at=at) == "2026-03-04T14:05:59"


@pytest.mark.parametrize("source", ['{% badge "New" "pink" %}', '{% alert "loud" %}{% endalert %}'])
def test_unknown_tone_is_refused(source: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="use one of"):
        draw(source)


def test_missing_fact_is_said_in_words() -> None:
    drawn = draw('{% facts %}{% fact "Born" born %}{% fact "Phone" phone %}{% endfacts %}', born="<1988>", phone="")

    assert "<dt>Born</dt><dd>&lt;1988&gt;</dd>" in drawn
    assert '<dt>Phone</dt><dd class="absent">Not recorded</dd>' in drawn


def test_empty_state_names_the_next_step() -> None:
    drawn = draw('{% empty_state "No check-ins yet" "The first goes out on day 4." url="/x" action="Send one" %}')

    assert "No check-ins yet" in drawn
    assert '<a class="btn btn-primary" href="/x">Send one</a>' in drawn
    assert "<a" not in draw('{% empty_state "Nothing due" %}')


def test_pages_keep_the_other_parameters() -> None:
    request = RequestFactory().get("/", {"status": "open", "after": "k1"})

    drawn = draw('{% pages older="k9" newer="" %}', request=request)

    assert 'href="?status=open&amp;before=k9"' in drawn
    assert "Newer" not in drawn
    assert draw("{% pages %}", request=request).strip() == ""


def test_errors_are_summed_up_with_links_to_their_fields() -> None:
    drawn = draw("{% form_errors form %}", form=NoteForm({"version": "3"}))

    assert '<a href="#id_note">Note</a>: This field is required.' in drawn
    assert draw("{% form_errors form %}", form=NoteForm()).strip() == ""


def test_field_ties_hint_and_error_to_the_control() -> None:
    drawn = draw("{% field form.note %}", form=NoteForm({}))

    assert 'aria-describedby="id_note_helptext id_note_error"' in drawn
    assert 'id="id_note_error"' in drawn
    assert 'id="id_note_helptext"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert "(required)" in drawn


def test_field_takes_another_label_and_marks_only_the_required() -> None:
    drawn = draw('{% field form.dose_mg label="New dose in mg" %}', form=NoteForm())

    assert "New dose in mg" in drawn
    assert "(required)" not in drawn


def test_choices_are_a_named_group() -> None:
    drawn = draw("{% field form.response %}", form=NoteForm({}))

    assert "<fieldset" in drawn
    assert "<legend" in drawn
    assert "This field is required." in drawn


def test_whole_form_is_drawn_without_loading_anything() -> None:
    drawn = draw("{{ form|crispy }}", form=NoteForm({"version": "3"}))

    assert "Not done yet" in drawn
    assert drawn.count("(required)") == 3
    assert 'type="hidden" name="version"' in drawn


def stale(**_: Any) -> None:
    raise StaleRecord(
        "Dr. Holt saved this at 2:05 pm.",
        theirs={"note": "Slept <7> hours", "dose_mg": "25", "gone": "x"},
        version=4,
    )


def test_stale_save_shows_both_texts_and_goes_on_from_the_new_version() -> None:
    form = NoteForm(TYPED)

    assert submit(form, stale) is False
    drawn = draw("{% conflict form %}{% field form.note %}{{ form.version }}", form=form)

    assert "Slept 5 hours" in drawn
    assert "Slept &lt;7&gt; hours" in drawn
    assert "Dose in mg" not in drawn
    assert 'value="4"' in drawn


def test_stale_save_of_the_same_text_says_so() -> None:
    form = NoteForm(TYPED | {"note": "Slept <7> hours"})

    submit(form, stale)

    assert "reads the same" in draw("{% conflict form %}", form=form)


@pytest.mark.parametrize(("ticked", "differs"), [("on", False), ("", True)])
def test_a_box_is_compared_by_whether_it_is_ticked(ticked: str, differs: bool) -> None:
    form = NoteForm({**TYPED, "agreed": ticked})
    form.conflict = StaleRecord("Saved.", theirs={"agreed": "Yes"}, version=4)  # type: ignore[attr-defined]

    assert ("Discussed" in draw("{% conflict form %}", form=form)) is differs


def test_a_choice_is_drawn_as_the_browser_and_django_know_it() -> None:
    class Asked(forms.Form):
        sleep = forms.ChoiceField(
            choices=[("", "Not asked"), ('a"b', "Well")], widget=forms.RadioSelect(attrs={"data-note": "x"})
        )

    for choice in Asked({"sleep": 'a"b'})["sleep"]:
        drawn = draw("{% choice_input choice %}", choice=choice)
        # Names and values of what Django itself draws, in whatever order.
        assert parse_html(drawn) == parse_html(choice.tag())
    assert " checked" in drawn


def test_a_deadline_at_midnight_ends_the_day_before() -> None:
    noon = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)
    midnight = datetime(2026, 3, 5, 7, 0, tzinfo=UTC)
    assert clinic_ui.deadline(noon).replace(clinic_ui.NO_BREAK, " ") == "Wed, Mar 4, 2026, 12:00 pm"
    assert clinic_ui.deadline(midnight) == "Wed, Mar 4, 2026"


def test_no_conflict_draws_nothing() -> None:
    assert draw("{% conflict form %}", form=NoteForm(TYPED)).strip() == ""


def test_autosave_says_when() -> None:
    assert "Draft saved" in draw("{% autosave at %}", at=EVENING)
    assert "Not saved yet." in draw("{% autosave %}")


def test_refused_rule_stands_beside_its_field() -> None:
    def refuse(**_: Any) -> None:
        raise RuleBroken("The dose is over the limit.", field="dose_mg")

    form = NoteForm(TYPED)

    assert submit(form, refuse) is False
    assert "The dose is over the limit." in draw("{% field form.dose_mg %}", form=form)


def test_link_hides_without_permission_or_page() -> None:
    request = RequestFactory().get("/")
    link = '{% nav_item "account_login" "Sign in" "login" needs="portal.use" %}'

    assert "Sign in" in draw(link, request=request, can={"portal.use"})
    assert draw(link, request=request, can=set()) == ""
    assert draw(link, request=request) == ""
    assert draw('{% nav_item "nowhere:page" "Nowhere" "x" %}', request=request) == ""


def test_link_to_the_page_read_now_is_marked() -> None:
    @dataclass
    class Match:
        view_name: str

    request = RequestFactory().get("/")
    request.resolver_match = Match("account_login")  # type: ignore[assignment]

    assert 'aria-current="page"' in draw('{% nav_item "account_login" "Sign in" "login" %}', request=request)
    assert "aria-current" not in draw('{% nav_item "account_logout" "Out" "x" %}', request=request)


def test_form_that_is_not_valid_does_no_deed() -> None:
    done: list[Any] = []

    assert submit(NoteForm({}), lambda **values: done.append(values)) is False
    assert done == []


def test_deed_gets_the_cleaned_values() -> None:
    done: list[Any] = []

    assert submit(NoteForm(TYPED), lambda **values: done.append(values)) is True
    assert done[0]["dose_mg"] == Decimal("25")


def test_refusal_without_a_field_of_the_form_is_said_above_it() -> None:
    class ShortForm(forms.Form):
        note = forms.CharField()

    form = ShortForm({"note": "Slept 5 hours"})

    assert submit(form, stale) is False
    assert "Dr. Holt saved this at 2:05 pm." in draw("{% form_errors form %}", form=form)
