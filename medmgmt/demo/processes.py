"""The demo's processes: which run, how they end, and how to find those that a killed demo left behind."""

import contextlib
import json
import os
import shlex
import signal
import sys
from pathlib import Path

import psutil
from honcho.manager import Manager

MARK = "CLINIC_DEMO_PLACE"
GRACE_S = 8
WEB_IS_READ = "web.pid"
AFTER_THE_PAGES = ("worker", "beat")


def commands(*, port: int, data: Path) -> dict[str, list[str]]:
    """What runs until Ctrl-C. `services` brings the embedded servers back when one of them is killed."""
    python = sys.executable
    # Celery warns of root at each start; here, root is somebody trying the demo in a container.
    celery = [python, "-W", "ignore", "-m", "celery", "--quiet", "--app", "medmgmt"]
    # Threads, for no proxy stands before them as in production: browsers open connections ahead of any request, and a
    # sync worker would wait for such a one until its time is out, with nobody served meanwhile.
    web = [python, "-m", "gunicorn", "medmgmt.wsgi:application", "--workers", "2", "--worker-class", "gthread"]
    # Read once and then forked: twice as quick to open as two that each read everything.
    web += ["--threads", "4", "--preload", "--pid", str(data / WEB_IS_READ)]
    web += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning"]
    quiet = ["--loglevel", "WARNING"]
    return {
        "web": web,
        "worker": [*celery, "worker", "--concurrency", "2", *quiet],
        "beat": [*celery, "beat", "--schedule", str(data / "beat-schedule"), "--pidfile", "", *quiet],
        "services": [python, "-m", "medmgmt.embedded"],
    }


def run(*, port: int, data: Path) -> int:
    """Run everything until Ctrl-C, SIGTERM, SIGHUP or the end of one part, which ends the others."""
    manager = Manager()
    web_is_read = data / WEB_IS_READ
    web_is_read.unlink(missing_ok=True)
    for name, words in commands(port=port, data=data).items():
        # Whoever started the demo waits for its pages: the others read their code when the web has read its own.
        wait = f"while [ ! -e {shlex.quote(str(web_is_read))} ]; do sleep 0.2; done; "
        manager.add_process(name, (wait if name in AFTER_THE_PAGES else "") + "exec " + shlex.join(words))
    try:
        manager.loop()
    finally:
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_IGN)
        end(leftovers(data))
    code = int(manager.returncode or 0)
    # Ctrl-C and SIGTERM are how a demo is meant to end.
    return 0 if code in (130, 143) else code


def leftovers(data: Path) -> list[psutil.Process]:
    """Processes of this demo other than this one, found by the mark that each inherits."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(data):
                found.append(process)
    return found


def end(processes: list[psutil.Process]) -> None:
    """Ask each to go, then make it."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(processes, timeout=GRACE_S)
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=GRACE_S)


def running_demo(note: Path) -> int | None:
    """The process of a demo that runs from this folder now, if one does."""
    try:
        said = json.loads(note.read_text())
        process = psutil.Process(said["pid"])
        return process.pid if process.create_time() == said["since"] and process.pid != os.getpid() else None
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None


def note_this_one(note: Path) -> None:
    """Leave word for the next start: who runs, and since when, so that a reused number is not mistaken."""
    me = psutil.Process()
    note.write_text(json.dumps({"pid": me.pid, "since": me.create_time()}))
