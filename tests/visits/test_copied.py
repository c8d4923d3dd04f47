"""Copied text is marked and stays outside the note until somebody keeps, edits or drops it."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.test import Client as Browser
from django.urls import reverse

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.models import new_id
from clinic.core.rules import RuleBroken, StaleRecord
from clinic.staff.models import User
from clinic.visits import queries, services
from clinic.visits.models import CopiedPassage, FollowUpVisit, Phrase
from clinic.visits.rules import copied as rules
from clinic.visits.rules.note import Note, NotReady
from clinic.visits.rules.since import Line
from tests.factories.clients import CareTeamMemberFactory
from tests.factories.monitoring import MeasurementFactory
from tests.factories.staff import UserFactory
from tests.factories.visits import WRITTEN, draft, signed, written
from tests.visits.days import NOW

pytestmark = pytest.mark.django_db
BEFORE = NOW - dt.timedelta(days=28)


@pytest.fixture
def visit(ada: Client, prescriber: User) -> FollowUpVisit:
    """A written draft, four weeks after a signed visit."""
    signed(ada, prescriber, BEFORE)
    return written(ada, prescriber, NOW, Note(subjective="Sleeps.", assessment="Stable.", risk_answer="none"))


def copy(visit: FollowUpVisit, by: User, part: str = "assessment", **asked: Any) -> CopiedPassage:
    return services.copy_text(visit_id=visit.pk, part=part, by=by, **({"origin": "last_visit"} | asked))


def review(visit: FollowUpVisit, passage: CopiedPassage, by: User, *, keep: bool) -> CopiedPassage:
    return services.review_text(visit_id=visit.pk, passage_id=passage.pk, keep=keep, by=by, now=NOW)


def retype(visit: FollowUpVisit, passage: CopiedPassage, text: str, by: User) -> None:
    visit.refresh_from_db()
    note = queries.note_of(visit)
    typed = {passage.pk: text}
    services.save_visit(visit_id=visit.pk, version=visit.version, note=note, passages=typed, by=by, now=NOW)


class TestRules:
    def test_the_history_is_told_in_the_order_of_events(self) -> None:
        lines = [Line("score", dt.date(2026, 3, 9), "PHQ-9 18 to 9"), Line("checkin", dt.date(2026, 3, 6), "Better.")]
        assert rules.told_history(lines, dt.date(2026, 3, 2)) == (
            "Since the visit of Mar 2, 2026:\nMar 6: Better.\nMar 9: PHQ-9 18 to 9"
        )
        assert rules.told_history(lines, None).startswith("So far:\n")
        long_ago = Line("score", dt.date(2024, 3, 9), "PHQ-9 18")
        assert "Mar 9, 2024: PHQ-9 18" in rules.told_history([*lines, long_ago], None)
        with pytest.raises(RuleBroken, match="nothing to propose"):
            rules.told_history([], None)

    def test_a_word_changed_is_edited_a_line_broken_is_not(self) -> None:
        assert rules.review_of("k", "a b", "a\nb ") == "kept"
        assert rules.review_of("k", "a b", "a c") == "edited"
        with pytest.raises(RuleBroken, match="Drop it instead") as refusal:
            rules.review_of("k", "a", " ")
        assert refusal.value.field == "passage_k"

    def test_a_passage_goes_below_what_stands(self) -> None:
        assert rules.joined("", " one ") == "one"
        assert rules.joined("one\n\n", "two") == "one\ntwo"


class TestCopying:
    def test_it_is_no_part_of_the_note_until_it_is_kept(self, visit: FollowUpVisit, prescriber: User) -> None:
        passage = copy(visit, prescriber)
        visit.refresh_from_db()
        assert (passage.text, passage.came_from) == (WRITTEN.assessment, "the visit of Feb 12, 2026")
        assert visit.assessment == "Stable."
        assert copy(visit, prescriber) == passage
        assert review(visit, passage, prescriber, keep=True).review == "kept"
        visit.refresh_from_db()
        assert visit.assessment == f"Stable.\n{WRITTEN.assessment}"
        assert review(visit, passage, prescriber, keep=False).review == "kept"
        deeds = AuditEvent.objects.filter(client_id=visit.client_id, action__startswith="visit_text")
        assert sorted(deeds.values_list("action", flat=True)) == ["visit_text_copied", "visit_text_reviewed"]

    def test_edited_and_dropped(self, visit: FollowUpVisit, prescriber: User) -> None:
        edited, dropped = copy(visit, prescriber), copy(visit, prescriber, "subjective")
        retype(visit, edited, "Depression, in remission.", prescriber)
        assert review(visit, edited, prescriber, keep=True).review == "edited"
        assert review(visit, dropped, prescriber, keep=False).review == "dropped"
        visit.refresh_from_db()
        assert (visit.subjective, visit.assessment) == ("Sleeps.", "Stable.\nDepression, in remission.")

    def test_what_is_typed_into_its_box_is_kept_and_never_overwritten(
        self, visit: FollowUpVisit, prescriber: User
    ) -> None:
        passage = copy(visit, prescriber)
        retype(visit, passage, "Mine.", prescriber)
        note = queries.note_of(visit)
        with pytest.raises(StaleRecord) as stale:
            services.save_visit(
                visit_id=visit.pk, version=1, note=note, passages={passage.pk: "Other tab."}, by=prescriber, now=NOW
            )
        assert stale.value.theirs[rules.passage_field(passage.pk.hex)] == "Mine."
        retype(visit, passage, "", prescriber)
        with pytest.raises(RuleBroken, match="Drop it instead"):
            review(visit, passage, prescriber, keep=True)

    def test_what_happened_is_proposed_as_history(self, visit: FollowUpVisit, prescriber: User) -> None:
        MeasurementFactory(client=visit.client, kind="weight", value="80", unit="kg", taken_at=NOW)
        passage = copy(visit, prescriber, "subjective", origin="events")
        assert passage.text.startswith("Since the visit of Feb 12, 2026:\nMar 12: Weight 80")
        with pytest.raises(RuleBroken, match="Choose what is copied"):
            copy(visit, prescriber, "assessment", origin="events")
        with pytest.raises(RuleBroken, match="Choose what is copied"):
            copy(visit, prescriber, "risk_answer")

    def test_what_is_not_there_cannot_be_copied(self, visit: FollowUpVisit, prescriber: User) -> None:
        with pytest.raises(RuleBroken, match="says nothing there"):
            copy(visit, prescriber, "next_steps")
        with pytest.raises(RuleBroken, match="no phrase of this name"):
            copy(visit, prescriber, origin="phrase", phrase_name="stable")
        with pytest.raises(Http404):
            services.review_text(visit_id=visit.pk, passage_id=new_id(), keep=True, by=prescriber, now=NOW)

    def test_a_phrase_comes_by_its_name_the_own_before_a_shared_one(
        self, visit: FollowUpVisit, prescriber: User
    ) -> None:
        services.save_phrase(name="Stable", text="Theirs.", is_shared=True, by=UserFactory())
        assert copy(visit, prescriber, origin="phrase", phrase_name="STABLE ").text == "Theirs."
        services.save_phrase(name="stable", text="Mine.", is_shared=False, by=prescriber)
        assert copy(visit, prescriber, origin="phrase", phrase_name="stable").text == "Mine."


class TestSigning:
    def test_unreviewed_text_refuses_the_signature(self, visit: FollowUpVisit, prescriber: User) -> None:
        passage = copy(visit, prescriber)
        with pytest.raises(NotReady, match="Keep or drop the text copied from the visit of Feb 12, 2026"):
            services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW)
        review(visit, passage, prescriber, keep=False)
        assert services.sign_visit(visit_id=visit.pk, by=prescriber, now=NOW).is_signed

    def test_the_database_refuses_it_too(self, visit: FollowUpVisit, prescriber: User) -> None:
        copy(visit, prescriber)
        sign = {"signed_at": NOW, "signed_by": prescriber, "content_hash": "x"}
        with pytest.raises(DatabaseError, match="not reviewed"), transaction.atomic():
            FollowUpVisit.objects.filter(pk=visit.pk).update(**sign)
        CopiedPassage.objects.update(review="kept", reviewed_at=NOW)
        assert FollowUpVisit.objects.filter(pk=visit.pk).update(**sign) == 1

    @pytest.mark.parametrize("wrong", ["review = 'kept'", "reviewed_at = now()"])
    def test_a_review_has_its_instant(self, visit: FollowUpVisit, prescriber: User, wrong: str) -> None:
        copy(visit, prescriber)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE visits_copiedpassage SET {wrong}")  # noqa: S608 - a literal of this test


class TestPhrases:
    def test_written_changed_taken_away(self, browser: Browser, prescriber: User) -> None:
        browser.force_login(prescriber)
        address = reverse("visits:phrases")
        sent = {"name": "Stable", "text": "Stable on the present dose."}
        browser.post(address, sent)
        phrase = Phrase.objects.get()
        again = browser.post(address, sent | {"name": "stable"})
        assert again.status_code == 422
        assert "a phrase of this name already" in again.text
        own = reverse("visits:phrase", args=[phrase.pk])
        assert "Stable on the present dose." in browser.get(own).text
        browser.post(own, sent | {"text": "Stable.", "is_shared": "on"})
        assert "Shared" in browser.get(address).text
        browser.post(reverse("visits:delete_phrase", args=[phrase.pk]))
        assert not Phrase.objects.exists()
        services.delete_phrase(phrase_id=phrase.pk, by=prescriber)

    @pytest.mark.parametrize(
        ("name", "text", "field"), [(" ", "x", "name"), ("x" * 41, "x", "name"), ("x", " ", "text")]
    )
    def test_a_phrase_has_a_short_name_and_a_text(self, prescriber: User, name: str, text: str, field: str) -> None:
        with pytest.raises(RuleBroken) as refusal:
            services.save_phrase(name=name, text=text, is_shared=False, by=prescriber)
        assert refusal.value.field == field

    def test_others_phrases_are_used_not_changed(self, browser: Browser, prescriber: User) -> None:
        theirs = services.save_phrase(name="Theirs", text="x", is_shared=True, by=UserFactory())
        services.save_phrase(name="Hidden", text="x", is_shared=False, by=UserFactory())
        browser.force_login(prescriber)
        page = browser.get(reverse("visits:phrases")).text
        assert "Theirs" in page
        assert "Hidden" not in page
        assert browser.get(reverse("visits:phrase", args=[theirs.pk])).status_code == 404


class TestPage:
    @pytest.fixture(autouse=True)
    def _now(self) -> Any:
        with time_machine.travel(NOW, tick=False):
            yield

    def sent(self, visit: FollowUpVisit, **more: str) -> dict[str, str]:
        visit.refresh_from_db()
        note = queries.note_of(visit)
        texts = {name: getattr(note, name) for name in ("subjective", "assessment", "risk_answer", "next_steps")}
        return texts | {"version": str(visit.version), **more}

    def test_copied_marked_edited_kept(self, browser: Browser, visit: FollowUpVisit, prescriber: User) -> None:
        browser.force_login(prescriber)
        save = reverse("visits:save", args=[visit.pk])
        answer = browser.post(save, self.sent(visit, copy="assessment last_visit"))
        assert answer["Location"] == f"{visit.get_absolute_url()}#part-assessment"
        page = browser.get(visit.get_absolute_url()).text
        assert "Copied from the visit of Feb 12, 2026: not reviewed" in page
        passage = CopiedPassage.objects.get()
        box = rules.passage_field(passage.pk.hex)
        refused = browser.post(reverse("visits:sign", args=[visit.pk]), self.sent(visit, **{box: passage.text}))
        assert refused.status_code == 422
        assert f'href="#id_{box}"' in refused.text
        browser.post(save, self.sent(visit, **{box: "Depression, in remission."}), headers={"X-Autosave": "1"})
        assert "Depression, in remission." in browser.get(visit.get_absolute_url()).text
        kept = self.sent(visit, keep=f"assessment {passage.pk}", **{box: "Depression, in remission."})
        browser.post(save, kept)
        browser.post(reverse("visits:sign", args=[visit.pk]), self.sent(visit))
        shown = browser.get(visit.get_absolute_url()).text
        assert "Text copied from the visit of Feb 12, 2026, edited on review." in shown

    def test_what_cannot_be_copied_is_said_and_the_draft_kept(
        self, browser: Browser, visit: FollowUpVisit, prescriber: User
    ) -> None:
        services.save_phrase(name="Stable", text="x", is_shared=False, by=prescriber)
        browser.force_login(prescriber)
        save = reverse("visits:save", args=[visit.pk])
        typed = {"assessment": "Typed now.", "phrase_assessment": "nothing", "copy": "assessment phrase"}
        refused = browser.post(save, self.sent(visit, **typed))
        assert refused.status_code == 422
        assert "You have no phrase of this name." in refused.text
        visit.refresh_from_db()
        assert visit.assessment == "Typed now."
        assert refused.context["version"] == visit.version
        nonsense = browser.post(save, self.sent(visit, keep="assessment nothing"))
        assert nonsense.status_code == 302

    def test_nobody_elses_draft_is_copied_into(self, browser: Browser, visit: FollowUpVisit) -> None:
        second = CareTeamMemberFactory(client=visit.client, is_lead=False, user=UserFactory()).user
        with pytest.raises(Http404):
            copy(visit, second)
        assert not draft(visit.client, second, NOW).passages.exists()
