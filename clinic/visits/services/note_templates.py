"""Deeds about note templates: texts for several parts of a note under one name."""

from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from clinic.audit.services import record
from clinic.core.rules import RuleBroken
from clinic.staff.models import User
from clinic.visits import queries
from clinic.visits.models import CopiedPassage, NoteTemplate
from clinic.visits.rules import copied as rules
from clinic.visits.rules.copied import PARTS, Origin
from clinic.visits.rules.note import check_version
from clinic.visits.services.copied import bring
from clinic.visits.services.root import locked_draft


@transaction.atomic
def use_note_template(*, visit_id: UUID, name: str, by: User) -> list[CopiedPassage]:
    """Bring the texts of a note template into the parts of a draft that they are for, each marked as copied.

    Nothing that is typed is overwritten: each stands below its part until it is kept, edited or dropped. What a part
    says already is not brought again.
    """
    visit = locked_draft(visit_id, by)
    template = queries.note_template_named(by, name)
    if template is None:
        raise RuleBroken("Choose a note template by its name: there is none of this name.", field="note_template")
    came_from = f"the note template “{template.name}”"
    missing = {part: text for part, text in template.texts.items() if text not in getattr(visit, part)}
    if not missing:
        raise RuleBroken("All that this template says stands in the note already.", field="note_template")
    return [bring(visit, part, Origin.TEMPLATE, text, came_from, by) for part, text in missing.items()]


@transaction.atomic
def keep_as_note_template(*, visit_id: UUID, name: str, by: User) -> NoteTemplate:
    """Make a note template of what stands in a draft; text that waits to be reviewed is no part of it. Unshared."""
    visit = locked_draft(visit_id, by)
    template = NoteTemplate(prescriber=by)
    _write(template, name, {part: getattr(visit, part) for part in PARTS}, by, name_field="note_template")
    record("visit_kept_as_template", by=by, subject=visit, template=str(template.pk))
    return template


@transaction.atomic
def save_note_template(
    *,
    name: str,
    texts: Mapping[str, str],
    is_shared: bool,
    by: User,
    version: int = 1,
    note_template_id: UUID | None = None,
) -> NoteTemplate:
    """Write a note template of one's own, or change one: what was copied from it before stays.

    StaleRecord when it was changed elsewhere after `version`; what stands already is saved again without a change.
    RuleBroken where it says nothing or too much.
    """
    template = _own(by, note_template_id) if note_template_id else NoteTemplate(prescriber=by)
    asked = {"name": name.strip(), "is_shared": is_shared, **{part: text.strip() for part, text in texts.items()}}
    stands = {field: getattr(template, field) for field in asked}
    if note_template_id and asked == stands:
        return template
    if note_template_id:
        theirs = {**stands, "is_shared": "Yes" if template.is_shared else "No"}
        check_version(version, template.version, theirs, what="note template")
        template.version += 1
    template.is_shared = is_shared
    _write(template, name, texts, by)
    return template


@transaction.atomic
def delete_note_template(*, note_template_id: UUID, by: User) -> None:
    """Take away one of one's own note templates; what was copied from it stays where it is."""
    template = _own(by, note_template_id)
    record("note_template_deleted", by=by, subject=template)
    template.delete()


def _own(by: User, note_template_id: UUID) -> NoteTemplate:
    """One of one's own under its lock, else 404."""
    return get_object_or_404(NoteTemplate.objects.select_for_update(), prescriber=by, pk=note_template_id)


def _write(template: NoteTemplate, name: str, texts: Mapping[str, str], by: User, name_field: str = "name") -> None:
    rules.check_note_template(name, texts, name_field=name_field)
    template.name = name.strip()
    for part, text in texts.items():
        setattr(template, part, text.strip())
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        words = "You have a note template of this name already: change that one, or choose another name."
        raise RuleBroken(words, field=name_field) from error
    record("note_template_saved", by=by, subject=template)
