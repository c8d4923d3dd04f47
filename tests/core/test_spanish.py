"""Pages by link in Spanish: every sentence has one, the compiled file is the written one, scales stay as they are."""

import gettext
import re
from pathlib import Path

import pytest

from clinic.checkins.rules import asking
from clinic.core.templatetags.clinic_ui import TIERS
from clinic.risk.rules.safety import STEPS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "locale" / "es" / "LC_MESSAGES"
# `{% translate "..." %}` of templates and `_("...")` of forms and services.
IN_TEMPLATES = re.compile(r"""\{% translate "([^"]+)\"""")
IN_BLOCKS = re.compile(r"\{% blocktranslate[^%]*%\}(.+?)\{% endblocktranslate %\}", re.DOTALL)
IN_CODE = re.compile(r"""\b_\(\s*"((?:[^"\\]|\\.)+)"\s*\)""")


def compiled() -> dict[str, str]:
    """By sentence its Spanish; of one that counts, the singular."""
    with (FOLDER / "django.mo").open("rb") as handle:
        catalog: dict[object, str] = gettext.GNUTranslations(handle)._catalog  # type: ignore[attr-defined] - no other way to it
    singular = {key[0] if isinstance(key, tuple) else key: words for key, words in catalog.items() if _is_first(key)}
    return {str(key): words for key, words in singular.items() if key}


def _is_first(key: object) -> bool:
    return not isinstance(key, tuple) or key[1] == 0


def written(text: str) -> dict[str, str]:
    pairs = re.findall(r'^msgid "(.+)"\n(?:msgid_plural .+\n)?msgstr(?:\[0\])? "(.*)"$', text, re.MULTILINE)
    return {_plain(key): _plain(words) for key, words in pairs}


def _plain(words: str) -> str:
    return words.replace('\\"', '"')


def sentences(templates: str, code: str) -> set[str]:
    """What is marked to be said in the client's language."""
    blocks = {re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", words) for words in IN_BLOCKS.findall(templates)}
    return {*IN_TEMPLATES.findall(templates), *blocks, *IN_CODE.findall(code)}


def marked() -> set[str]:
    templates = "".join(path.read_text() for path in sorted((ROOT / "templates").rglob("*.html")))
    code = "".join(
        path.read_text() for path in sorted((ROOT / "clinic").rglob("*.py")) if "gettext" in path.read_text()
    )
    asked = [asking.SIDE_EFFECTS, asking.TOXICITY_SIGNS, asking.WITHDRAWAL_SIGNS, asking.WHY_MISSED]
    words = {word for one in asked for word in one.values()}
    words |= {step.title for step in STEPS} | {word for _, word in TIERS.values()}
    return sentences(templates, code) | words | {*asking.BOTHER.values(), *asking.FEELINGS.values()}


def test_every_sentence_that_is_marked_has_its_spanish() -> None:
    found = marked()
    assert len(found) > 100
    assert sorted(found - {key for key, words in compiled().items() if words}) == []


def test_a_sentence_without_its_spanish_is_caught() -> None:
    found = sentences('{% translate "Brand new" %}', 'label=_("Newer still")')
    assert found - compiled().keys() == {"Brand new", "Newer still"}


def test_the_compiled_file_is_the_written_one() -> None:
    assert written((FOLDER / "django.po").read_text()).items() <= compiled().items()


def test_a_change_that_was_not_compiled_is_caught() -> None:
    changed = written((FOLDER / "django.po").read_text().replace("Náuseas", "Asco"))
    assert not changed.items() <= compiled().items()


@pytest.mark.parametrize("key", sorted(compiled()))
def test_what_is_filled_in_stands_in_both(key: str) -> None:
    assert sorted(re.findall(r"%\(\w+\)s", key)) == sorted(re.findall(r"%\(\w+\)s", compiled()[key]))
    assert sorted(re.findall(r"</?strong>", key)) == sorted(re.findall(r"</?strong>", compiled()[key]))
