"""Guards that look at the running Django: its addresses and its models."""

from collections.abc import Iterable, Iterator
from typing import Any

import pghistory.models
from django.db import models
from django.urls import URLPattern, URLResolver


def addresses(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, Any]]:
    """Every view with its full name, as `plans:sign_plan`; a view without a name goes by its path."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}", pattern.callback


def unguarded(resolver: URLResolver, public: Iterable[str]) -> list[str]:
    """Views that name no permission and stand in no public list."""
    listed = frozenset(public)
    return sorted(name for name, view in addresses(resolver) if not hasattr(view, "permission") and name not in listed)


def not_protected(own: Iterable[type[models.Model]]) -> list[str]:
    """Foreign keys by which deleting one row would delete or change another."""
    return sorted(
        f"{model._meta.label}.{field.name}"
        for model in own
        if not issubclass(model, pghistory.models.Event)
        for field in model._meta.local_fields
        if field.remote_field is not None and field.remote_field.on_delete is not models.PROTECT
    )


def own_models(every: Iterable[type[models.Model]]) -> list[type[models.Model]]:
    return [model for model in every if model.__module__.startswith("clinic.")]


def spoken_names(own: Iterable[type[models.Model]]) -> list[str]:
    """What models and their fields are called."""
    return [
        model._meta.label + name
        for model in own
        for name in ["", *(f".{field.name}" for field in model._meta.get_fields())]
    ]
