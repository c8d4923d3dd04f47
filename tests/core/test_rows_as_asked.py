"""Lists of rows that grow and shrink without JavaScript."""

from django.http import QueryDict

from clinic.core.forms import form_count, rows_as_asked

ROWS = "goals-TOTAL_FORMS=3&goals-INITIAL_FORMS=3&goals-0-text=a&goals-1-text=b&goals-2-text=c&words=w"


def test_a_row_more() -> None:
    asked = rows_as_asked(QueryDict(f"{ROWS}&add=goals"))
    assert asked is not None
    assert (asked["goals-TOTAL_FORMS"], asked["goals-INITIAL_FORMS"]) == ("4", "0")
    assert asked["goals-2-text"] == "c"


def test_a_row_less_and_later_ones_move_up() -> None:
    asked = rows_as_asked(QueryDict(f"{ROWS}&remove=goals-1"))
    assert asked is not None
    assert (asked["goals-0-text"], asked["goals-1-text"], asked["words"]) == ("a", "c", "w")
    assert "goals-2-text" not in asked
    assert asked["goals-TOTAL_FORMS"] == "2"


def test_no_button_or_no_such_row_asks_for_nothing() -> None:
    assert rows_as_asked(QueryDict(ROWS)) is None
    assert rows_as_asked(QueryDict(f"{ROWS}&remove=goals-7")) is None
    assert rows_as_asked(QueryDict(f"{ROWS}&remove=goals-x")) is None
    assert rows_as_asked(QueryDict(f"{ROWS}&remove=goals-{'9' * 5000}")) is None


def test_a_count_that_no_page_sends_is_none() -> None:
    assert form_count(QueryDict(f"goals-TOTAL_FORMS={'9' * 5000}"), "goals") == 0
    assert form_count(QueryDict("goals-TOTAL_FORMS=many"), "goals") == 0
    assert form_count(QueryDict(ROWS), "goals") == 3
