"""Where pages lead: addresses by key, the navigation, and pieces of links that are drawn once. Loaded everywhere."""

import secrets
from collections.abc import Hashable, Iterable
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.conf import settings
from django.template import Context, Engine
from django.template.base import Parser, Template, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.template.loader import get_template
from django.template.loader_tags import IncludeNode, do_include
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic.core.addresses import address
from clinic.core.templatetags.clinic_ui import icon

register = template.Library()

# Keys that no row has, for the first and the second key of a piece.
ANY_KEYS = ("00000000-0000-0000-0000-00000000face", "00000000-0000-0000-0000-00000001face")
# Stands where each request puts its own token; nobody can write it in a name or an enquiry to be shown one.
ANY_TOKEN = secrets.token_urlsafe()


@cache
def _nav_link(view_name: str, label: str, icon_name: str, is_here: bool, urlconf: str) -> SafeString:
    """One link, drawn once: every page draws a dozen of them."""
    try:
        url = reverse(view_name, urlconf)
    except NoReverseMatch:
        return SafeString("")
    return format_html(
        '<li><a href="{}" data-place="{}"{}>{}{}</a></li>',
        url,
        label.lower(),
        SafeString(' aria-current="page"') if is_here else "",
        icon(icon_name),
        label,
    )


@register.simple_tag(takes_context=True)
def main_nav(context: Context) -> str:
    """The navigation, drawn once for each set of permissions and each page."""
    return _drawn_nav(context.get("can") or frozenset(), _page_name(context), settings.ROOT_URLCONF)


def _page_name(context: Context) -> str:
    match = getattr(context.get("request"), "resolver_match", None)
    return str(match.view_name if match else context.get("page_name", ""))


@lru_cache(maxsize=2048)
def _drawn_nav(can: frozenset[str], page_name: str, urlconf: str) -> str:
    return get_template("components/_nav.html").render({"can": can, "page_name": page_name})


@register.simple_tag(takes_context=True)
def nav_item(context: Context, view_name: str, label: str, icon_name: str, needs: str = "") -> SafeString:
    """One link of the navigation; nothing where the page does not exist or the role lacks the permission."""
    if needs and needs not in (context.get("can") or ()):
        return SafeString("")
    return _nav_link(view_name, label, icon_name, _page_name(context) == view_name, settings.ROOT_URLCONF)


@register.simple_tag(takes_context=True)
def top_bar(context: Context) -> SafeString:
    """The bar on top of every page, drawn once for each person, role and page; its forms carry each request's token."""
    user = context.get("user")
    reader = (str(user), user.role, tuple(user.other_roles)) if user and user.is_authenticated else None
    can, name = context.get("can") or frozenset(), context["clinic"]["name"]
    drawn = _drawn_bar(reader, can, _page_name(context), name, settings.ROOT_URLCONF)
    # Who is not signed in gets no form, and so no token.
    return SafeString(drawn.replace(ANY_TOKEN, str(context.get("csrf_token", ""))) if reader else drawn)


@lru_cache(maxsize=1024)
def _drawn_bar(reader: tuple[Any, ...] | None, can: frozenset[str], page_name: str, name: str, urlconf: str) -> str:
    named = dict(zip(("name", "role", "other_roles"), reader or (), strict=False))
    given = {"reader": named, "can": can, "page_name": page_name, "clinic_name": name, "csrf_token": ANY_TOKEN}
    return get_template("components/_top_bar.html").render(given)


@register.simple_tag
@cache
def unchanging(template_name: str) -> str:
    """A piece that reads nothing of the page it stands on: drawn once for the life of the process."""
    return get_template(template_name).render()


@register.simple_tag(takes_context=True)
def unchanging_but(context: Context, template_name: str, *keys: UUID, **words: bool | str) -> SafeString:
    """A piece that reads nothing but `can`, few words and one key or two: drawn once for each, whatever the keys.

    It calls the keys `key` and `other_key`.
    """
    drawn = _drawn_but(template_name, context.get("can") or frozenset(), tuple(words.items()), settings.ROOT_URLCONF)
    for stands, key in zip(ANY_KEYS, keys, strict=False):
        drawn = drawn.replace(stands, str(key))
    return SafeString(drawn)


@lru_cache(maxsize=512)
def _drawn_but(template_name: str, can: frozenset[str], words: tuple[tuple[str, bool | str], ...], urlconf: str) -> str:
    key, other_key = map(UUID, ANY_KEYS)
    return get_template(template_name).render({"can": can, "key": key, "other_key": other_key, **dict(words)})


@register.simple_tag(takes_context=True)
def rows_once(context: Context, template_name: str, rows: Iterable[Hashable]) -> SafeString:
    """A piece for each of the rows, which reads nothing but `row` and `can`: drawn once for the very same row.

    Its forms carry each request's token.
    """
    can = context.get("can") or frozenset()
    drawn = "".join(_drawn_row(template_name, can, row, settings.ROOT_URLCONF) for row in rows)
    return SafeString(drawn.replace(ANY_TOKEN, str(context["csrf_token"])) if ANY_TOKEN in drawn else drawn)


@lru_cache(maxsize=2048)
def _drawn_row(template_name: str, can: frozenset[str], row: Hashable, urlconf: str) -> str:
    return get_template(template_name).render({"can": can, "row": row, "csrf_token": ANY_TOKEN})


class PieceNode(IncludeNode):
    """Django's own `include`; a piece that is named in the template itself is looked up once."""

    piece: Template | None = None

    def render(self, context: Context) -> SafeString:
        if self.piece is None:
            name = self.template.var
            if not isinstance(name, str):
                return super().render(context)
            self.piece = Engine.get_default().get_template(name)
        if self.isolated_context:
            return super().render(context)
        given = {name: value.resolve(context) for name, value in self.extra_context.items()}
        # The piece's nodes alone: it extends nothing, so that the page's own state of rendering serves it too.
        with context.push(**given):
            return self.piece.nodelist.render(context)


@register.tag
def include(parser: Parser, token: Token) -> PieceNode:
    """A piece of a page, as Django's own tag of this name."""
    node = do_include(parser, token)
    return PieceNode(node.template, extra_context=node.extra_context, isolated_context=node.isolated_context)


class AddressNode(URLNode):
    """Django's own `url`, by `address` where every argument is a key."""

    def render(self, context: Context) -> str:
        keys = [argument.resolve(context) for argument in self.args]
        if self.kwargs or not all(isinstance(key, UUID) for key in keys):
            return super().render(context)
        try:
            found = address(self.view_name.resolve(context), *keys)
        except NoReverseMatch:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = found
            return ""
        return found


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    """An address, as Django's own tag of this name; links by key cost next to nothing."""
    node = django_url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)
