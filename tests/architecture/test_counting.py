"""The count of lines refuses a rule or a deed that no test takes whole."""

from tests.counting import held_whole_but_missed

WHOLE = {"missing_lines": [], "missing_branches": []}
WITHOUT_A_LINE = {"missing_lines": [7], "missing_branches": []}
WITHOUT_A_BRANCH = {"missing_lines": [], "missing_branches": [[7, 9]]}


def test_a_rule_or_a_deed_that_is_not_taken_whole_is_named():
    files = {
        "clinic/plans/rules.py": WITHOUT_A_LINE,
        "clinic/titration/rules/taper.py": WITHOUT_A_BRANCH,
        "clinic/visits/services/signing.py": WITHOUT_A_LINE,
        "clinic/scales/rules.py": WHOLE,
    }
    named = held_whole_but_missed(files)
    assert named == ["clinic/plans/rules.py", "clinic/titration/rules/taper.py", "clinic/visits/services/signing.py"]


def test_a_page_may_have_a_line_that_no_test_takes():
    assert held_whole_but_missed({"clinic/plans/views.py": WITHOUT_A_LINE}) == []
