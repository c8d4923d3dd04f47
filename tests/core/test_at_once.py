"""A first migration in one operation: what it makes is there, and what it made is gone when it is taken back."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from clinic.core.migrations._at_once import AtOnce

pytestmark = pytest.mark.django_db

SHELF = migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))])
BOOK = migrations.CreateModel(
    "Book", [("id", models.BigAutoField(primary_key=True)), ("shelf", models.ForeignKey("core.shelf", models.PROTECT))]
)


def tables() -> set[str]:
    return {"core_shelf", "core_book"} & set(connection.introspection.table_names())


def test_it_makes_all_in_their_order_and_takes_them_back() -> None:
    together = AtOnce([SHELF, BOOK])
    before = ProjectState()
    after = before.clone()
    together.state_forwards("core", after)
    with connection.schema_editor() as editor:
        together.database_forwards("core", editor, before, after)
    assert tables() == {"core_shelf", "core_book"}
    with connection.schema_editor() as editor:
        together.database_backwards("core", editor, after, before)
    assert tables() == set()


def test_models_drawn_before_it_are_drawn_anew() -> None:
    state = ProjectState()
    SHELF.state_forwards("core", state)
    assert [model.__name__ for model in state.apps.get_models()] == ["Shelf"]
    AtOnce([BOOK]).state_forwards("core", state)
    assert {model.__name__ for model in state.apps.get_models()} == {"Shelf", "Book"}
