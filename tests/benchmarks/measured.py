"""Which pages are measured, and how each is asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from clinic.clients.models import Client
from clinic.staff.models import User
from tests.benchmarks.seeding import Seeded, phone_of

NOTE = (
    "Sleeps seven hours, appetite is back, walks each day. Work still tires by noon. No thoughts of self-harm. "
    "Takes every dose, mild headache in the first week, gone since. "
)


@dataclass(frozen=True)
class Ask:
    """One request: where, and what is posted with it (empty for a GET)."""

    path: str
    form: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Page:
    """A measured page: who asks, and the n-th request of one of many askers; a write stands beside the bare insert."""

    name: str
    title: str
    user: User
    ask: Callable[[int, int], Ask]
    is_write: bool = False


def get(path: str) -> Ask:
    return Ask(path, {}, {})


def pages(seeded: Seeded) -> list[Page]:
    """Everything measured, in the order of the table."""
    charts = [reverse("caseload:chart", args=[client.pk]) for client in seeded.read]
    firsts = [f"/first/{client.pk}/" for client in seeded.read]
    heavy = reverse("caseload:chart", args=[seeded.heavy.pk])
    texts = search_texts(seeded.read)
    prescriber, coordinator = seeded.prescriber, seeded.coordinator
    return [
        Page("home", "home, prescriber", prescriber, lambda asker, n: get(reverse("caseload:home"))),
        Page("desk", "home, coordinator", coordinator, lambda asker, n: get(reverse("caseload:home"))),
        Page("therapist", "home, therapist", seeded.therapist, lambda asker, n: get(reverse("caseload:home"))),
        Page("board", "board", coordinator, lambda asker, n: get(reverse("worklist:board"))),
        Page("queue", "enquiry queue", coordinator, lambda asker, n: get(reverse("intake:enquiry_queue"))),
        Page("chart", "chart, ordinary", prescriber, lambda asker, n: get(charts[(asker * 7 + n) % len(charts)])),
        Page("first", "chart, first time", prescriber, lambda asker, n: get(firsts[(asker * 7 + n) % len(firsts)])),
        Page("heavy", "chart, 1,000 notes", prescriber, lambda asker, n: get(heavy)),
        Page("day", "schedule day", prescriber, lambda asker, n: get(reverse("scheduling:day"))),
        Page("list", "clients by name", coordinator, lambda asker, n: get(reverse("clients:list"))),
        Page("search", "search, prescriber", prescriber, lambda asker, n: typed(texts[(asker + n) % len(texts)])),
        Page("finds", "search, coordinator", coordinator, lambda asker, n: typed(texts[(asker + n) % len(texts)])),
        Page("save", "save a note", prescriber, saving(seeded), is_write=True),
    ]


def bare_insert(seeded: Seeded) -> Callable[[int, int], Ask]:
    """The same text as one bare row, of a client whom nobody reads."""
    path = f"/bare/insert/{seeded.spare.pk}/"
    return lambda asker, n: Ask(path, {"subjective": f"{NOTE}{n}"}, {"X-Autosave": "1"})


def saving(seeded: Seeded) -> Callable[[int, int], Ask]:
    """Autosave of a draft: each asker has their own and saves against the version of their last save."""
    paths = [reverse("visits:save", args=[visit.pk]) for visit in seeded.drafts]

    def ask(asker: int, n: int) -> Ask:
        form = {"version": str(n + 1), "subjective": f"{NOTE}{n}", "assessment": f"Depression, improving. {NOTE}"}
        return Ask(paths[asker], form, {"X-Autosave": "1"})

    return ask


def search_texts(clients: Sequence[Client]) -> list[str]:
    """What a front desk types: family names, both names, with a slip, a birth date, digits of a phone."""
    texts: list[str] = []
    for n, client in enumerate(clients[:12]):
        family, born = client.family_name.lower(), client.birth_on
        slip = family[0] + family[2] + family[1] + family[3:]
        texts += [
            [family, f"{client.given_names} {family[:4]}", slip, f"{born.month}/{born.day}/{born.year}"][n % 4],
            [f"{family} {client.given_names}", phone_of(n)[-7:]][n % 2],
        ]
    return texts


def typed(text: str) -> Ask:
    """The search as somebody types."""
    return Ask(reverse("clients:search"), {"q": text}, {"HX-Request": "true"})


def body(ask: Ask) -> bytes:
    return urlencode(ask.form).encode()
