"""How fast the pages are, beside bare pages of the same server: `python -m tests.benchmarks.pages --clients 2000`.

`--growth 2000,20000` measures two sizes in turns and how much slower the larger one is. Times are noisy and belong
to their run; compare CPU and ratios. Nothing leaves this machine and nothing is left behind.
"""

import argparse
import contextlib
import gzip
import shutil
import signal
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from tests.benchmarks import server

if TYPE_CHECKING:
    from medmgmt.embedded_services.postgres import Postgres
    from tests.benchmarks.load import Asker, Measured, Meter
    from tests.benchmarks.measured import Page
    from tests.benchmarks.seeding import Seeded

TOGETHER = 16
ROUNDS = 6
ALONE = 15
EACH = 4
SETTLE = 12


@dataclass
class Clinic:
    """One size under measurement: its server, who asks for what, and what was seen."""

    clients: int
    port: int
    process: psutil.Process
    meter: "Meter"
    pages: list["Page"]
    askers: dict[str, list["Asker"]]
    queries: dict[str, int]
    seen: dict[str, "Measured"] = field(default_factory=dict)


def main() -> None:
    options = arguments()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    place = Path(tempfile.mkdtemp(prefix="clinic-bench-"))
    # Postgres started by root runs as another user and must reach its folder.
    place.chmod(0o711)
    server.set_environment(place)
    try:
        measure(options, place)
    except KeyboardInterrupt:
        print("\nStopped.")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="pages", description="Measure the pages beside bare ones.")
    parser.add_argument("--clients", type=int, default=2000, help="how many clients the clinic has (2000)")
    parser.add_argument("--growth", metavar="N,M", help="measure these sizes in turns and compare them")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"how often each page has its turn ({ROUNDS})")
    parser.add_argument("--only", default="", help="names of pages, with commas")
    options = parser.parse_args()
    options.sizes = sorted({int(size) for size in (options.growth or str(options.clients)).split(",")})
    if options.sizes[0] < 200:
        parser.error("at least 200 clients")
    return options


def measure(options: argparse.Namespace, place: Path) -> None:
    import django

    django.setup()
    from medmgmt import embedded
    from medmgmt.demo.prepare import collect_static

    collect_static()
    postgres = embedded.postgres()
    with contextlib.ExitStack() as running:
        running.enter_context(postgres.in_use())
        make_template(postgres)
        clinics = [running.enter_context(opened(size, postgres, place, options.only)) for size in options.sizes]
        take_turns(clinics, options.rounds)
        for clinic in clinics:
            print(table(clinic))
        for larger in clinics[1:]:
            print(growth(clinics[0], larger))


def make_template(postgres: "Postgres") -> None:
    """A migrated database with the safety rules alone; vacuuming meanwhile would be counted as a page's work."""
    from django.core.management import call_command
    from django.utils import timezone

    from clinic.formulary.services import load_rules

    call_command("migrate", verbosity=0, interactive=False)
    # Nothing is signed where no safety rule is loaded.
    load_rules(now=timezone.now())
    with postgres.connect() as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
        connection.execute("SELECT pg_reload_conf()")


def use(name: str) -> None:
    """From here on, this process means the database of that name."""
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


@contextlib.contextmanager
def opened(size: int, postgres: "Postgres", place: Path, only: str) -> Iterator[Clinic]:
    """Seed a clinic of this size and serve it."""
    from django.db import connection
    from django.utils import timezone

    from tests.benchmarks.seeding import analyze, seed, session_for

    name, bare = f"clinic_{size}", place / f"bare_{size}"
    bare.mkdir()
    use("clinic")
    connection.close()
    with postgres.connect() as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "clinic"')
    use(name)
    began = time.perf_counter()
    seeded = seed(size, timezone.now())
    analyze()
    print(f"{size:,} clients seeded in {time.perf_counter() - began:.0f} s", flush=True)
    sessions = {user.pk: session_for(user) for user in (seeded.prescriber, seeded.therapist, seeded.coordinator)}
    connection.close()
    with server.serving(name, postgres.socket_folder, bare) as (port, process):
        yield clinic_of(size, port, process, postgres, seeded, sessions, bare, only)


def clinic_of(
    size: int,
    port: int,
    process: psutil.Process,
    postgres: "Postgres",
    seeded: "Seeded",
    sessions: dict[Any, str],
    bare: Path,
    only: str,
) -> Clinic:
    """Ask for each page once, count its queries, and put its bare twin beside it."""
    from tests.benchmarks.load import Asker, Meter
    from tests.benchmarks.measured import bare_insert, get, pages

    wanted = [page for page in pages(seeded) if not only or page.name in only.split(",")]
    askers: dict[str, list[Asker]] = {}
    queries = {}
    for page in wanted:
        session = sessions[page.user.pk]
        askers[page.name] = [Asker(port, session, n, page.ask) for n in range(TOGETHER)]
        queries[page.name] = count_queries(page, session, askers[page.name][0])
        html = askers[page.name][0].next().body.decode()
        (bare / f"bare_{page.name}.html").write_text("{% verbatim %}" + html + "{% endverbatim %}")
        path = f"/bare/{page.name}/"
        plain = bare_insert(seeded) if page.is_write else lambda asker, n, path=path: get(path)
        askers[f"bare {page.name}"] = [Asker(port, session, n, plain) for n in range(TOGETHER)]
    server_of_data = psutil.Process(int((postgres.data / "postmaster.pid").read_text().split("\n")[0]))
    return Clinic(size, port, process, Meter([process, server_of_data]), wanted, askers, queries)


def count_queries(page: "Page", session: str, asker: "Asker") -> int:
    """Queries of the page in this process, by the same session."""
    from django.db import connection
    from django.test import Client as Browser
    from django.test.utils import CaptureQueriesContext, override_settings

    ask = page.ask(asker.number, asker.asked)
    asker.asked += 1
    browser = Browser(headers=ask.headers, HTTP_HOST="127.0.0.1")
    browser.cookies["session"] = session
    with override_settings(ROOT_URLCONF="tests.benchmarks.urls"), CaptureQueriesContext(connection) as captured:
        answer = browser.post(ask.path, ask.form) if ask.form else browser.get(ask.path)
    connection.close()
    if answer.status_code != 200:
        raise RuntimeError(f"{page.title} answered {answer.status_code}")
    return len([row for row in captured.captured_queries if not row["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def take_turns(clinics: list[Clinic], rounds: int) -> None:
    """Round by round each page beside its bare twin at every size; the first requests do not count."""
    from tests.benchmarks.load import Measured, run_alone, run_together

    names = list(clinics[0].askers)
    for turn in range(rounds + 1):
        print(f"round {turn} of {rounds}" if turn else "settling", flush=True)
        for name in names:
            for clinic in clinics if turn % 2 else clinics[::-1]:
                askers = clinic.askers[name]
                if turn == 0:
                    run_alone(Measured(), askers[0], clinic.meter, SETTLE)
                    continue
                seen = clinic.seen.setdefault(name, Measured())
                run_alone(seen, askers[0], clinic.meter, ALONE)
                run_together(seen, askers, clinic.meter, EACH)


def table(clinic: Clinic) -> str:
    """The table of one size."""
    lines = [
        "",
        f"{clinic.clients:,} clients; two sync workers; deployment `demo` (production refuses the embedded database)",
        f"{'page':<20}{'median':>8}{'p95':>8}{'alone':>8}{'at 16':>8}{'queries':>9}{'KB':>7}{'gzip':>7}"
        f"{'CPU':>8}{'bare':>8}{'x bare':>8}{'x time':>8}",
        f"{'':<20}{'ms':>8}{'ms':>8}{'per s':>8}{'per s':>8}{'':>9}{'':>7}{'KB':>7}{'ms':>8}{'ms':>8}{'CPU':>8}{'':>8}",
    ]
    for page in clinic.pages:
        seen, bare = clinic.seen[page.name], clinic.seen[f"bare {page.name}"]
        middle, plain = statistics.median(seen.alone), statistics.median(bare.alone)
        lines.append(
            f"{page.title:<20}{1000 * middle:>8.1f}{1000 * p95(seen.alone):>8.1f}"
            f"{len(seen.alone) / sum(seen.alone):>8.0f}{seen.together / seen.together_s:>8.0f}"
            f"{clinic.queries[page.name]:>9}{len(seen.body) / 1024:>7.1f}{len(gzip.compress(seen.body)) / 1024:>7.1f}"
            f"{seen.cpu_ms:>8.2f}{bare.cpu_ms:>8.2f}{seen.cpu_ms / bare.cpu_ms:>8.2f}{middle / plain:>8.2f}"
        )
    workers = [f"{child.memory_info().rss / 2**20:.0f}" for child in clinic.process.children()]
    everything = clinic.seen.values()
    own = 1000 * sum(seen.own_cpu_s for seen in everything) / sum(seen.requests for seen in everything)
    lines.append(f"memory of the workers: {' and '.join(workers)} MB; asking itself cost {own:.2f} ms of CPU a request")
    return "\n".join(lines)


def growth(small: Clinic, large: Clinic) -> str:
    """How much more a page costs in the larger clinic."""
    lines = ["", f"{small.clients:,} to {large.clients:,} clients", f"{'page':<20}{'CPU':>8}{'median':>8}"]
    for page in small.pages:
        one, other = small.seen[page.name], large.seen[page.name]
        lines.append(
            f"{page.title:<20}{other.cpu_ms / one.cpu_ms:>8.2f}"
            f"{statistics.median(other.alone) / statistics.median(one.alone):>8.2f}"
        )
    return "\n".join(lines)


def p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * len(times))]


if __name__ == "__main__":
    main()
