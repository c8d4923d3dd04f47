"""What an embedded server of any kind shares: who uses it, its folder, what a dead run left behind."""

import contextlib
import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

START_TIMEOUT_S = 60
# What a fresh Postgres needs before it holds anything; below it, the start is refused with one line.
ROOM_NEEDED_MB = 200
# What one that holds data needs to go on: two pieces of its write-ahead log, 16 MB each.
ROOM_TO_GO_ON_MB = 32
LONGEST_SOCKET_PATH = 100


class ServiceFailed(Exception):  # noqa: N818 - reads as a sentence
    """An embedded service could not be started; the text is one line for the person at the terminal."""


def short_folder(folder: Path, socket_name: str) -> Path:
    """Where a unix socket of `folder` may live: in it, or under the temp folder when its path is too long."""
    if len(str(folder / socket_name)) <= LONGEST_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"clinic-{digest}"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `path` alone; the kernel lets go when the process dies, however it dies."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def reason_of(log: str, fallback: str) -> str:
    """The one line of a service's output that a person can act on: what failed first, the rest follows from it."""
    if "No space left" in log or "Disk quota" in log:
        return "the disk is full"
    failures = (line.strip() for line in log.splitlines() if "FATAL" in line or "error" in line.lower())
    return next(failures, fallback)


class Service:
    """A server under its own folder, started by its first user and stopped by its last."""

    title = "service"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        # What stands there once the server has kept anything.
        self.kept = folder / "kept"

    def start(self) -> None:
        """Bring the server up, or find it up."""
        raise NotImplementedError

    def stop(self) -> None:
        """Bring the server down; nothing of it is left running."""
        raise NotImplementedError

    def ensure(self) -> None:
        """Bring the server back if it died while in use."""
        with locked(self.folder / "start.lock"):
            self.start()

    def forget(self) -> None:
        """Stop the server and remove all that it kept."""
        if self.folder.exists():
            with locked(self.folder / "start.lock"):
                self.stop()
            shutil.rmtree(self.folder)

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Use the server: it runs from here until its last user has left."""
        with contextlib.ExitStack() as users:
            try:
                self._make_folder()
                handle = users.enter_context((self.folder / "users.lock").open("w"))
                with locked(self.folder / "start.lock"):
                    fcntl.flock(handle, fcntl.LOCK_SH)
                    self.start()
            except OSError as error:
                raise ServiceFailed(f"{self.title} could not start: {self._plain(error)}.") from error
            try:
                yield
            finally:
                with locked(self.folder / "start.lock"):
                    self._leave(handle.fileno())

    def _leave(self, handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        self.stop()

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        free_mb = shutil.disk_usage(self.folder).free // 2**20
        needed_mb = ROOM_TO_GO_ON_MB if self.kept.exists() else ROOM_NEEDED_MB
        if free_mb < needed_mb:
            raise ServiceFailed(
                f"{self.title} could not start: the disk of {self.folder} is full"
                f" ({free_mb} MB free, {needed_mb} MB needed)."
            )

    def _plain(self, error: OSError) -> str:
        return "the disk is full" if error.errno in (28, 122) else str(error)

    def _strays(self, names: Sequence[str], at: Path) -> list[psutil.Process]:
        """Processes of this server that are still about: the folder they work in tells whose they are."""
        found = []
        for process in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error, OSError):
                if (process.info["name"] or "").startswith(tuple(names)) and process.cwd() == str(at):
                    found.append(process)
        return found

    def _kill(self, processes: Sequence[psutil.Process]) -> None:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=10)
