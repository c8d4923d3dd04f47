"""A mail server that takes everything: `python -m tests.providers.smtp --port N`.

Each message that it takes is one line of its log (the instant and the Message-ID), written before it answers. An
address with `refused` in it is refused for good; after `--close-after` messages it ends the connection as busy
servers do.
"""

import argparse
import asyncio
import re
import time
from pathlib import Path

MESSAGE_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE | re.IGNORECASE)


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, log: Path | None, close_after: int) -> None:
        self.log, self.close_after, self.taken = log, close_after, 0
        self.waiting, self.in_data = b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.say(b"220 sink")

    def say(self, line: bytes) -> None:
        self.transport.write(line + b"\r\n")

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            part, found, rest = self.waiting.partition(end)
            if not found:
                return
            self.waiting = rest
            if self.in_data:
                self.take(part)
            else:
                self.command(part)

    def take(self, message: bytes) -> None:
        self.in_data = False
        self.taken += 1
        if self.log is not None:
            found = MESSAGE_ID.search(message)
            with self.log.open("a") as log:
                log.write(f"{time.time():.6f} {found.group(1).decode() if found else '?'}\n")
        self.say(b"250 taken")

    def command(self, line: bytes) -> None:
        word = line[:4].upper()
        if word == b"QUIT":
            self.say(b"221 bye")
            self.transport.close()
        elif word == b"DATA":
            self.in_data = True
            self.say(b"354 go on")
        elif word == b"RCPT" and b"refused" in line:
            self.say(b"550 nobody here")
        elif word == b"MAIL" and self.close_after and self.taken >= self.close_after:
            self.say(b"421 enough for one connection")
            self.transport.close()
        else:
            self.say(b"250 sink")


async def serve(port: int, log: Path | None, close_after: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(log, close_after), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="smtp")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--close-after", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.log, options.close_after))


if __name__ == "__main__":
    main()
