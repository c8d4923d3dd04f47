"""Paper: a page of typst with values filled in becomes a PDF.

Values travel as JSON and the page reads them as values, never as markup: nothing that a person wrote is typeset as
code. Pages lie among the templates, and so does what they share.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings
from django.http import HttpResponse

FONTS = Path(__file__).parent / "data" / "fonts"


@cache
def _fonts() -> typst.Fonts:
    """Our own first; those of the machine only for signs that neither ours nor the compiler's have."""
    return typst.Fonts(include_system_fonts=True, font_paths=[str(FONTS)])


def print_pdf(page: str, values: Mapping[str, Any]) -> bytes:
    """A page among the templates, such as "handouts/calendar.typ", as a tagged PDF that screen readers can read.

    PDF/UA refuses a sign that no font can show; then the sheet is printed all the same, with a box in its place.
    """
    try:
        return _compiled(page, values, ["ua-1"])
    except typst.TypstError:
        return _compiled(page, values, [])


def _compiled(page: str, values: Mapping[str, Any], standards: list[Literal["ua-1"]]) -> bytes:
    root = settings.BASE_DIR / "templates"
    return typst.compile(
        str(root / page),
        root=str(root),
        font_paths=_fonts(),
        sys_inputs={"values": json.dumps(values)},
        format="pdf",
        pdf_standards=[*standards],
    )


def pdf_answer(pdf: bytes, name: str) -> HttpResponse:
    """A PDF to look at in the browser; `name` tells neither whose it is nor of what, for it stays in the downloads."""
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"},
    )
