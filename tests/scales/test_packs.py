"""A clinic loads a scale of its own: read, terms accepted, asked, out of use."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client as Browser

from clinic.audit.models import AuditEvent
from clinic.clients.models import Client
from clinic.core.rules import RuleBroken
from clinic.scales import queries, services
from clinic.scales.models import ContentPack, ScaleResponse
from clinic.scales.services import packs
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.factories.scales import ScaleResponseFactory
from tests.factories.staff import UserFactory
from tests.scales.test_instruments import PACK

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 4, 16, 30, tzinfo=dt.UTC)
TERMS = {"version": "2026", "text": "For one clinic.\nNot for sale."}


def text_of(**changes: object) -> str:
    return json.dumps({**PACK, "terms": TERMS, **changes}, indent=1)


@pytest.fixture
def administrator() -> User:
    user: User = UserFactory(acting_role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def pack(administrator: User) -> ContentPack:
    return services.accept_pack(definition=text_of(), file_name="sleep3.json", by=administrator, now=NOW)


def test_who_accepted_which_terms_when_is_kept_with_the_file(pack: ContentPack, administrator: User) -> None:
    pack.refresh_from_db()
    assert (pack.accepted_by, pack.accepted_at, pack.definition) == (administrator, NOW, text_of())
    assert (pack.terms_version, pack.terms_text, str(pack)) == ("2026", TERMS["text"], "sleep3 2026-01")
    assert AuditEvent.objects.filter(action="scale_pack_accepted", by=administrator).count() == 1
    assert "sleep3" in queries.offered_instruments()


def test_the_same_file_again_is_the_same(pack: ContentPack, administrator: User) -> None:
    again = services.accept_pack(definition=text_of(), file_name="sleep3.json", by=administrator, now=NOW)
    assert again == pack
    assert AuditEvent.objects.filter(action="scale_pack_accepted").count() == 1


def test_a_version_says_the_same_for_ever(pack: ContentPack, administrator: User) -> None:
    with pytest.raises(RuleBroken, match="loaded before, on Jun 4, 2026"):
        services.accept_pack(definition=text_of(title="Other"), file_name="s.json", by=administrator, now=NOW)


def test_a_new_version_takes_the_place_of_the_old(pack: ContentPack, administrator: User) -> None:
    newer = text_of(version="2027-01", title="Sleep-3 new")
    services.accept_pack(definition=newer, file_name="s.json", by=administrator, now=NOW + dt.timedelta(days=1))
    pack.refresh_from_db()
    assert pack.retired_by == administrator
    assert queries.offered_instruments()["sleep3"].title == "Sleep-3 new"
    assert queries.known_instruments(["sleep3"])["sleep3"].title == "Sleep-3 new"


def test_a_chart_that_was_drawn_before_says_what_the_new_version_says(
    pack: ContentPack, administrator: User, browser: Browser, ada: Client, prescriber: User
) -> None:
    ScaleResponseFactory(client=ada, instrument="sleep3", version="2026-01", total=4, answered_at=NOW)
    browser.force_login(prescriber)
    for _ in range(2):
        assert "Sleep-3 new" not in browser.get(f"/chart/{ada.pk}/").text
    newer = text_of(version="2027-01", title="Sleep-3 new")
    services.accept_pack(definition=newer, file_name="s.json", by=administrator, now=NOW + dt.timedelta(days=1))
    assert "Sleep-3 new" in browser.get(f"/chart/{ada.pk}/").text


def test_of_two_at_once_one_is_kept(administrator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    services.accept_pack(definition=text_of(), file_name="s.json", by=administrator, now=NOW)
    monkeypatch.setattr(packs, "_earlier", lambda code: [])
    monkeypatch.setattr(packs, "_take_out_of_use", lambda code, by, now: None)
    with pytest.raises(RuleBroken, match="meanwhile"):
        services.accept_pack(definition=text_of(version="2"), file_name="s.json", by=administrator, now=NOW)


@pytest.mark.parametrize(
    ("changes", "said"), [({"terms": None}, "terms"), ({"code": "phq9"}, "code: phq9 is the name of a shipped scale")]
)
def test_terms_and_a_code_of_its_own_are_needed(administrator: User, changes: dict[str, object], said: str) -> None:
    definition = json.dumps({key: value for key, value in json.loads(text_of(**changes)).items() if value is not None})
    with pytest.raises(RuleBroken, match=said):
        services.accept_pack(definition=definition, file_name="s.json", by=administrator, now=NOW)


def test_out_of_use_it_is_asked_no_more_but_stays_readable(pack: ContentPack, administrator: User, ada: Client) -> None:
    ScaleResponseFactory(client=ada, instrument="sleep3", total=2)
    for _ in range(2):
        services.retire_pack(pack_id=pack.pk, by=administrator, now=NOW)
    assert AuditEvent.objects.filter(action="scale_pack_retired").count() == 1
    assert "sleep3" not in queries.offered_instruments()
    ScaleResponseFactory(client=ada, instrument="gone", answered_at=NOW)
    assert [row.title for row in queries.responses_of(ada)] == ["gone", "Sleep-3"]


def test_what_was_accepted_cannot_be_changed_or_deleted(pack: ContentPack) -> None:
    rows = ContentPack.objects.filter(pk=pack.pk)
    for deed in (lambda: rows.update(terms_text="Free"), lambda: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(retired_at=NOW)


@pytest.fixture
def desk(browser: Browser, administrator: User) -> Browser:
    browser.force_login(administrator)
    return browser


def sent(text: str) -> dict[str, object]:
    return {"file": SimpleUploadedFile("sleep3.json", text.encode())}


def test_a_file_is_read_shown_with_its_terms_and_loaded_once_accepted(desk: Browser, ada: Client) -> None:
    empty = desk.get("/scales/packs/").text
    assert "None yet" in empty
    assert empty.count("Nothing is loaded before its terms are accepted") == 1
    shown = desk.post("/scales/packs/", sent(text_of())).content.decode()
    assert "Not for sale." in shown
    assert "Tired by day?" in shown
    assert not ContentPack.objects.exists()
    form = {"definition": text_of().replace("\n", "\r\n"), "file_name": "sleep3.json"}
    refused = desk.post("/scales/packs/accept/", form)
    assert refused.status_code == 422
    assert "Without the terms accepted" in refused.content.decode()
    page = desk.post("/scales/packs/accept/", {**form, "is_accepted": "on"}, follow=True).content.decode()
    assert "Loaded." in page
    assert ContentPack.objects.get().definition == text_of()
    again = desk.post("/scales/packs/accept/", {**form, "is_accepted": "on"}, follow=True)
    assert ContentPack.objects.count() == 1
    assert "sleep3" in again.content.decode()


def test_a_bad_file_is_refused_with_its_place(desk: Browser) -> None:
    answer = desk.post("/scales/packs/", sent(text_of(summed_items=9)))
    assert answer.status_code == 422
    assert "sleep3.json cannot be used: summed_items: must lie within" in answer.content.decode()
    answer = desk.post("/scales/packs/", {"file": SimpleUploadedFile("a.json", b"\xff\xfe\x00")})
    assert "no text in UTF-8" in answer.content.decode()
    assert "no text" in desk.post("/scales/packs/", {"file": SimpleUploadedFile("a.json", b"\x00")}).content.decode()
    large = {"file": SimpleUploadedFile("a.json", b"x" * 200_001)}
    assert "larger than 200 KB" in desk.post("/scales/packs/", large).content.decode()
    assert "Choose a file." in desk.post("/scales/packs/", {}).content.decode()


def test_terms_that_were_tampered_with_load_nothing(desk: Browser) -> None:
    form = {"definition": "{", "file_name": "s.json", "is_accepted": "on"}
    assert "cannot be used" in desk.post("/scales/packs/accept/", form, follow=True).content.decode()
    bad = {"definition": "{", "file_name": "s.json"}
    assert "Nothing was loaded" in desk.post("/scales/packs/accept/", bad, follow=True).content.decode()
    assert not ContentPack.objects.exists()


def test_one_is_taken_out_of_use_on_the_page(desk: Browser, pack: ContentPack) -> None:
    listed = desk.get("/scales/packs/").content.decode()
    assert "<strong>Sleep-3</strong>" in listed
    assert "Take out of use" in listed
    page = desk.post(f"/scales/packs/{pack.pk}/retire/", follow=True).content.decode()
    assert "sleep3 2026-01 is out of use" in page


def test_it_is_filled_in_like_any_other(browser: Browser, therapist: User, ada: Client, pack: ContentPack) -> None:
    browser.force_login(therapist)
    page = f"/scales/{ada.pk}/?instrument=sleep3&language=es"
    assert "Woke early?" in browser.get(page).content.decode()
    kept = browser.post(
        page, {"sleep3-answers[0]": "1", "sleep3-answers[1]": "1", "sleep3-answers[2]": "0"}, follow=True
    )
    assert "2 points, poor" in kept.content.decode()
    assert "<strong>Sleep-3</strong>" in kept.content.decode()
    row = ScaleResponse.objects.get()
    assert (row.version, row.language, row.answered_by) == ("2026-01", "en-US", "staff")


def test_read_in_spanish_it_is_kept_so(browser: Browser, therapist: User, ada: Client) -> None:
    browser.force_login(therapist)
    page = f"/scales/{ada.pk}/?instrument=phq2&language=es"
    assert "Poco interés o placer en hacer cosas" in browser.get(page).content.decode()
    kept = browser.post(page, {"phq2-answers[0]": "1", "phq2-answers[1]": "1"}, follow=True).content.decode()
    assert ScaleResponse.objects.get().language == "es"
    assert "read in es" in kept


def test_the_example_of_the_handbook_can_be_loaded(administrator: User) -> None:
    [example] = re.findall(r"```toml\n(.+?)```", Path("docs/scales.md").read_text(), re.DOTALL)
    pack = services.accept_pack(definition=example, file_name="rest2.toml", by=administrator, now=NOW)
    assert queries.offered_instruments()["rest2"].maximum == 2
    assert pack.terms_text == "For one clinic."
