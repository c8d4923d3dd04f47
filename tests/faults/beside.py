"""R05: letters leave beside text messages whose provider answers nothing in time, from one and the same worker."""

from dataclasses import replace

from clinic.messaging.models import Channel
from medmgmt.embedded_services.valkey import Valkey
from tests.factories.messaging import make_many_due
from tests.faults.herd import herd, worker
from tests.faults.ledger import Ledger, balance
from tests.faults.restarts import broker_url
from tests.faults.scenario import Task, keys_of, make_due, open_of, wait_until
from tests.providers.running import running

# Many times what a worker needs that sends each channel by itself, and less than one look for text messages lasts.
WITHIN_S = 10.0


def send_letters_beside(task: Task) -> Ledger:
    """Every text message hangs until its time is up, while letters fall due; the worker has no broker either."""
    texts, nowhere = make_due(task.due), broker_url(Valkey(task.place / "valkey-nowhere"))
    with running("http", task.log("r05-texts")) as provider, running("smtp", task.log("r05-letters")) as mail:
        provider.control(slow_s=3, faults={"slow": 1.0})
        world = replace(task.world(provider, broker=nowhere), mail_port=mail.port)
        with herd(world) as all_of_it:
            all_of_it.start("worker", worker)
            first = make_many_due(1, channel=Channel.EMAIL)
            wait_until(lambda: not open_of(first), seconds=task.patience_s)
            letters = make_many_due(task.faults, channel=Channel.EMAIL)
            wrong = {"letters waited": int(not wait_until(lambda: not open_of(letters), seconds=WITHIN_S))}
            provider.control(faults={})
            wait_until(lambda: not open_of(texts), seconds=task.patience_s)
        keys, copies = keys_of([*texts, *first, *letters]), provider.copies() + mail.copies()
        return balance("R05 letters beside it", keys, copies, seed=task.seed, faults=task.faults, wrong=wrong)
