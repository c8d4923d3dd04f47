"""A note template brings its texts into several parts of a draft at once, and overwrites nothing."""

from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.staff.models import User
from clinic.visits import queries, services
from clinic.visits.models import CopiedPassage, FollowUpVisit, NoteTemplate
from clinic.visits.rules.copied import LONGEST_TEMPLATE_TEXT, PARTS
from clinic.visits.rules.note import Note, NotReady
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.staff import UserFactory
from tests.factories.visits import signed, written
from tests.visits.days import NOW

pytestmark = pytest.mark.django_db
STABLE = {"subjective": "No new complaints.", "assessment": "", "next_steps": "Same dose, visit in three months."}
TYPED = Note(subjective="Sleeps.", risk_answer="none")


@pytest.fixture
def visit(ada: Client, prescriber: User) -> FollowUpVisit:
    """A draft in which the history is written already."""
    return written(ada, prescriber, NOW, TYPED)


@pytest.fixture
def stable(prescriber: User) -> NoteTemplate:
    return template(prescriber)


def template(by: User, name: str = "Stable", **changed: Any) -> NoteTemplate:
    return services.save_note_template(**({"name": name, "texts": STABLE, "is_shared": False, "by": by} | changed))


def deeds(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


class TestUsing:
    def test_each_text_waits_below_its_part_and_nothing_typed_is_overwritten(
        self, visit: FollowUpVisit, prescriber: User, stable: NoteTemplate
    ) -> None:
        brought = services.use_note_template(visit_id=visit.pk, name=" sTABLE ", by=prescriber)
        assert [(one.part, one.text, one.came_from) for one in brought] == [
            ("subjective", "No new complaints.", "the note template “Stable”"),
            ("next_steps", "Same dose, visit in three months.", "the note template “Stable”"),
        ]
        visit.refresh_from_db()
        assert queries.note_of(visit) == TYPED
        assert services.use_note_template(visit_id=visit.pk, name="Stable", by=prescriber) == brought
        assert CopiedPassage.objects.count() == 2
        for one in brought:
            services.review_text(visit_id=visit.pk, passage_id=one.pk, keep=True, by=prescriber, now=NOW)
        visit.refresh_from_db()
        assert visit.subjective == "Sleeps.\nNo new complaints."
        assert visit.next_steps == "Same dose, visit in three months."
        assert (visit.assessment, visit.mental_status, visit.risk_answer) == ("", {}, "none")
        assert deeds("visit_text_copied") == 2

    def test_what_the_note_says_already_is_not_brought_again(
        self, visit: FollowUpVisit, prescriber: User, stable: NoteTemplate
    ) -> None:
        use = partial(services.use_note_template, visit_id=visit.pk, name="Stable", by=prescriber)
        note = Note(next_steps=f"Calls. {STABLE['next_steps']}")
        services.save_visit(visit_id=visit.pk, version=visit.version, note=note, by=prescriber, now=NOW)
        [passage] = use()
        assert passage.part == "subjective"
        services.review_text(visit_id=visit.pk, passage_id=passage.pk, keep=True, by=prescriber, now=NOW)
        with pytest.raises(RuleBroken, match="stands in the note already") as refusal:
            use()
        assert refusal.value.field == "note_template"

    def test_it_is_reviewed_before_the_visit_is_signed(
        self, visit: FollowUpVisit, prescriber: User, stable: NoteTemplate
    ) -> None:
        services.use_note_template(visit_id=visit.pk, name="Stable", by=prescriber)
        with pytest.raises(NotReady) as refusal:
            services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
        words = [problem.words for problem in refusal.value.problems]
        assert "Keep or drop the text copied from the note template “Stable” into “What follows”." in words

    def test_the_own_comes_before_a_shared_one_and_an_unshared_one_is_not_there(
        self, visit: FollowUpVisit, prescriber: User
    ) -> None:
        use = partial(services.use_note_template, visit_id=visit.pk, name="Stable", by=prescriber)
        other = UserFactory()
        hidden = template(other)
        with pytest.raises(RuleBroken, match="none of this name") as refusal:
            use()
        assert refusal.value.field == "note_template"
        services.save_note_template(name="Stable", texts=STABLE, is_shared=True, note_template_id=hidden.pk, by=other)
        assert use()[0].text == "No new complaints."
        template(prescriber, "stable", texts=STABLE | {"subjective": "Mine."})
        assert use()[0].text == "Mine."

    def test_into_ones_own_draft_alone(self, ada: Client, visit: FollowUpVisit, stable: NoteTemplate) -> None:
        second = CareTeamMemberFactory(client=ada, is_lead=False, user=UserFactory()).user
        template(second)
        for deed in (services.use_note_template, services.keep_as_note_template):
            with pytest.raises(Http404):
                deed(visit_id=visit.pk, name="Stable", by=second)

    def test_not_into_a_signed_visit(self, ada: Client, prescriber: User, stable: NoteTemplate) -> None:
        done = signed(ada, prescriber, NOW)
        for deed in (services.use_note_template, services.keep_as_note_template):
            with pytest.raises(RuleBroken, match="signed and cannot change"):
                deed(visit_id=done.pk, name="Stable", by=prescriber)


class TestKeeping:
    def test_what_stands_in_the_note_is_kept_without_what_waits_or_is_no_words(
        self, visit: FollowUpVisit, prescriber: User, stable: NoteTemplate
    ) -> None:
        services.use_note_template(visit_id=visit.pk, name="Stable", by=prescriber)
        kept = services.keep_as_note_template(visit_id=visit.pk, name=" Sleeper ", by=prescriber)
        kept.refresh_from_db()
        assert (kept.name, kept.texts, kept.is_shared) == ("Sleeper", {"subjective": "Sleeps."}, False)
        assert deeds("visit_kept_as_template") == 1

    def test_refusals_are_told_beside_the_name(self, ada: Client, prescriber: User, stable: NoteTemplate) -> None:
        empty = written(ada, prescriber, NOW, Note(risk_answer="none"))
        keep = partial(services.keep_as_note_template, visit_id=empty.pk, by=prescriber)
        for name, words in (("New", "Write something"), (" ", "Give a short name"), ("x" * 41, "Give a short name")):
            with pytest.raises(RuleBroken, match=words) as refusal:
                keep(name=name)
            assert refusal.value.field == "note_template"
        note = Note(assessment="x")
        services.save_visit(visit_id=empty.pk, version=empty.version, note=note, by=prescriber, now=NOW)
        with pytest.raises(RuleBroken, match="of this name already") as refusal:
            keep(name="STABLE")
        assert refusal.value.field == "note_template"
        assert not deeds("visit_kept_as_template")


class TestWriting:
    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"name": " "}, "name"),
            ({"name": "x" * 41}, "name"),
            ({"texts": dict.fromkeys(PARTS, " ")}, "name"),
            ({"texts": STABLE | {"assessment": "x" * (LONGEST_TEMPLATE_TEXT + 1)}}, "assessment"),
        ],
    )
    def test_a_short_name_and_some_text_not_too_long(self, prescriber: User, wrong: dict[str, Any], field: str) -> None:
        with pytest.raises(RuleBroken) as refusal:
            template(prescriber, **wrong)
        assert refusal.value.field == field
        assert not NoteTemplate.objects.exists()

    def test_the_database_refuses_an_empty_one(self, stable: NoteTemplate) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            NoteTemplate.objects.update(**dict.fromkeys(PARTS, ""))

    def test_a_second_tab_is_told_what_stands(self, prescriber: User, stable: NoteTemplate) -> None:
        change = partial(
            services.save_note_template, note_template_id=stable.pk, is_shared=False, version=1, by=prescriber
        )
        first = {"name": "Stable", "texts": STABLE | {"assessment": "In remission."}}
        assert change(**first).version == 2
        assert change(**first).version == 2
        with pytest.raises(StaleRecord, match="note template was saved elsewhere") as stale:
            change(name="Stable", texts=STABLE | {"assessment": "Improved."})
        assert (stale.value.theirs["assessment"], stale.value.theirs["is_shared"]) == ("In remission.", "No")
        assert deeds("note_template_saved") == 2

    def test_others_are_neither_changed_nor_taken_away(self, prescriber: User) -> None:
        theirs = template(UserFactory(), is_shared=True)
        with pytest.raises(Http404):
            template(prescriber, note_template_id=theirs.pk)
        with pytest.raises(Http404):
            services.delete_note_template(note_template_id=theirs.pk, by=prescriber)


class TestPages:
    @pytest.fixture(autouse=True)
    def _now(self) -> Any:
        with time_machine.travel(NOW, tick=False):
            yield

    def test_written_changed_shared_taken_away(self, browser: Browser, prescriber: User) -> None:
        browser.force_login(prescriber)
        new, kept = reverse("visits:new_note_template"), reverse("visits:phrases")
        sent = {"version": "1", "name": "Stable", **STABLE}
        assert browser.post(new, sent)["Location"] == kept
        mine = NoteTemplate.objects.get()
        again = browser.post(new, sent | {"name": "stable", "assessment": "Typed."})
        assert again.status_code == 422
        assert "a note template of this name already" in again.text
        assert "Typed." in again.text
        own = reverse("visits:note_template", args=[mine.pk])
        assert "Same dose, visit in three months." in browser.get(own).text
        assert browser.post(own, sent | {"is_shared": "on"})["Location"] == kept
        stale = browser.post(own, sent | {"assessment": "From the other tab."})
        assert stale.status_code == 409
        assert "From the other tab." in stale.text
        page = browser.get(kept).text
        assert "Same dose, visit in three months." in page
        assert "Shared" in page
        browser.post(reverse("visits:delete_note_template", args=[mine.pk]))
        assert not NoteTemplate.objects.exists()
        assert deeds("note_template_deleted") == 1

    def test_others_shared_ones_are_seen_with_their_name(self, browser: Browser, prescriber: User) -> None:
        other = UserFactory(full_name="Olive Other")
        template(other, "Theirs", is_shared=True)
        template(other, "Hidden")
        browser.force_login(prescriber)
        page = browser.get(reverse("visits:phrases")).text
        assert "by Olive Other" in page
        assert "Hidden" not in page

    def test_used_and_kept_from_the_visit(
        self, browser: Browser, visit: FollowUpVisit, prescriber: User, stable: NoteTemplate
    ) -> None:
        browser.force_login(prescriber)
        assert '<option value="Stable">' in browser.get(visit.get_absolute_url()).text
        save = reverse("visits:save", args=[visit.pk])
        sent = {"version": str(visit.version), "subjective": "Sleeps well.", "risk_answer": "none"}
        used = browser.post(save, sent | {"use_template": "1", "note_template": "Stable"}, follow=True)
        assert used.text.count("Copied from the note template “Stable”: not reviewed") == 2
        visit.refresh_from_db()
        assert visit.subjective == "Sleeps well."
        sent |= {"version": str(visit.version)}
        kept = browser.post(save, sent | {"keep_template": "1", "note_template": "Sleeper"}, follow=True)
        assert "Kept as the note template “Sleeper”" in kept.text
        assert NoteTemplate.objects.get(name="Sleeper").texts == {"subjective": "Sleeps well."}

    def test_what_cannot_be_used_is_said_and_the_draft_kept(
        self, browser: Browser, visit: FollowUpVisit, prescriber: User
    ) -> None:
        browser.force_login(prescriber)
        sent = {"version": str(visit.version), "subjective": "Typed now.", "note_template": "Nothing"}
        refused = browser.post(reverse("visits:save", args=[visit.pk]), sent | {"use_template": "1"})
        assert refused.status_code == 422
        assert "there is none of this name" in refused.text
        assert 'value="Nothing"' in refused.text
        visit.refresh_from_db()
        assert visit.subjective == "Typed now."
