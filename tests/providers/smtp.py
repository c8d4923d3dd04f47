"""A mail server that takes everything: `python -m tests.providers.smtp --port N`.

Each message that it takes is one line of its log (the instant and the Message-ID), written before it answers. An
address with `refused` in it is refused for good; after `--close-after` messages it ends the connection as busy
servers do. It takes commands in a row, as every mail server of today, unless it is told `--one-by-one`.
"""

import argparse
import asyncio
import re
import time
from pathlib import Path

MESSAGE_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.MULTILINE | re.IGNORECASE)


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, log: Path | None, close_after: int, one_by_one: bool, delay_s: float) -> None:
        self.log, self.close_after, self.one_by_one, self.taken = log, close_after, one_by_one, 0
        self.delay_s = delay_s
        self.waiting, self.in_data, self.has_recipient, self.ends = b"", False, False, False
        self.said: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def say(self, line: bytes) -> None:
        self.said.append(line + b"\r\n")

    def data_received(self, data: bytes) -> None:
        """What is said to commands that came in a row goes back in a row, as RFC 2920 asks of a server."""
        self.waiting += data
        taken = self.taken
        self.all_that_came()
        words = b"".join(self.said)
        self.said.clear()
        if self.delay_s and self.taken > taken:
            asyncio.get_running_loop().call_later(self.delay_s, self.transport.write, words)
        else:
            self.transport.write(words)
        if self.ends:
            self.transport.close()

    def all_that_came(self) -> None:
        while not self.ends:
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
            self.ends = True
        elif word == b"EHLO":
            self.say(b"250 sink" if self.one_by_one else b"250-sink\r\n250 PIPELINING")
        elif word == b"DATA" and self.has_recipient:
            self.in_data = True
            self.say(b"354 go on")
        elif word == b"DATA":
            self.say(b"503 nobody to go to")
        elif word == b"RCPT" and b"refused" in line:
            self.say(b"550 nobody here")
        elif word == b"MAIL" and self.close_after and self.taken >= self.close_after:
            self.say(b"421 enough for one connection")
            self.ends = True
        else:
            self.has_recipient = word == b"RCPT"
            self.say(b"250 sink")


async def serve(port: int, log: Path | None, close_after: int, one_by_one: bool, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(log, close_after, one_by_one, delay_s), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="smtp")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--close-after", type=int, default=0)
    parser.add_argument("--one-by-one", action="store_true")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before it says that it took a message")
    options = parser.parse_args()
    asyncio.run(serve(options.port, options.log, options.close_after, options.one_by_one, options.delay))


if __name__ == "__main__":
    main()
