"""The cast of every test: four people of a clinic, one stranger, and Ada, whom they look after."""

import pytest
from django.test import Client as Browser

from clinic.clients.models import Client
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.factories.clients import CareTeamMemberFactory, ClientFactory, SharingConsentFactory
from tests.factories.staff import UserFactory


@pytest.fixture
def browser() -> Browser:
    return Browser()


def _member(role: Role, name: str) -> User:
    return UserFactory(acting_role=role, full_name=name, email=f"{name.split()[0].lower()}@clinic.example")


@pytest.fixture
def prescriber(db: None) -> User:
    return _member(Role.PRESCRIBER, "Paula Prescriber")


@pytest.fixture
def therapist(db: None) -> User:
    return _member(Role.THERAPIST, "Theo Therapist")


@pytest.fixture
def coordinator(db: None) -> User:
    return _member(Role.COORDINATOR, "Cora Coordinator")


@pytest.fixture
def administrator(db: None) -> User:
    return _member(Role.ADMINISTRATOR, "Amos Administrator")


@pytest.fixture
def auditor(db: None) -> User:
    return _member(Role.AUDITOR, "Audra Auditor")


@pytest.fixture
def stranger(db: None) -> User:
    """A prescriber on nobody's care team."""
    return _member(Role.PRESCRIBER, "Stan Stranger")


@pytest.fixture
def ada(prescriber: User, therapist: User, coordinator: User) -> Client:
    """A client in care of prescriber, therapist and coordinator, who consents to sharing between them."""
    client = ClientFactory(given_names="Ada", family_name="Byron")
    for member in (prescriber, therapist, coordinator):
        CareTeamMemberFactory(client=client, user=member)
    SharingConsentFactory(client=client, recorded_by=prescriber)
    return client
