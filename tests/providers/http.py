"""A provider that speaks the clinic's HTTP contract and misbehaves as it is told: `python -m tests.providers.http`.

Every copy that it would deliver is one line of its log (the instant and the key), written before it answers, so that
what really left is known whoever is killed. It keeps keys and can be asked unless it is told otherwise.
"""

import argparse
import asyncio
import contextlib
import json
import random
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REASONS = {200: "OK", 202: "Accepted", 204: "No Content", 400: "Bad", 404: "Not Found", 409: "Conflict", 429: "Slow"}


@dataclass
class Provider:
    """What it can do, how it misbehaves now and what it has accepted by key."""

    log: Path | None = None
    keeps_keys: bool = True
    can_ask: bool = True
    delay_s: float = 0.0
    slow_s: float = 30.0
    # Numbers that it refuses for good.
    refuses: list[str] = field(default_factory=list)
    # How often it misbehaves in which way, as {"drop": 0.1}; the rest is answered well.
    faults: dict[str, float] = field(default_factory=dict)
    chance: random.Random = field(default_factory=random.Random)
    references: dict[str, str] = field(default_factory=dict)

    def fault(self) -> str:
        roll = self.chance.random()
        for name, share in self.faults.items():
            if roll < share:
                return name
            roll -= share
        return ""

    def accept(self, key: str) -> tuple[int, dict[str, str]]:
        """Deliver a copy, unless the key is known and kept."""
        if self.keeps_keys and key in self.references:
            return 409, {"reference": self.references[key]}
        self.references.setdefault(key, f"ref-{uuid.uuid4().hex}")
        if self.log is not None:
            with self.log.open("a") as log:
                log.write(f"{time.time():.6f} {key}\n")
        return 202, {"reference": self.references[key]}

    def told(self, key: str) -> tuple[int, dict[str, str]]:
        if not self.can_ask:
            return 501, {}
        if key not in self.references:
            return 404, {}
        return 200, {"reference": self.references[key], "state": "accepted"}

    def control(self, words: dict[str, Any]) -> tuple[int, dict[str, str]]:
        """Tests change how it behaves while it runs."""
        for name in ("keeps_keys", "can_ask", "delay_s", "slow_s", "refuses", "faults"):
            if name in words:
                setattr(self, name, words[name])
        return 204, {}


async def serve(provider: Provider, port: int) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await _one_request(provider, reader, writer):
                pass
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", port, backlog=500)
    async with server:
        await server.serve_forever()


async def _one_request(provider: Provider, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Answer one request; False where the connection is to end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    method, path, _ = head.split(" ", 2)
    length = next((int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
    words = json.loads(await reader.readexactly(length)) if length else {}
    if path == "/control":
        return _answer(writer, *provider.control(words))
    if method == "GET":
        return _answer(writer, *provider.told(path.rpartition("/")[2]))
    if provider.delay_s:
        await asyncio.sleep(provider.delay_s)
    if words.get("to") in provider.refuses:
        return _answer(writer, 400, {})
    return await _deliver(provider, writer, words["idempotency_key"])


async def _deliver(provider: Provider, writer: asyncio.StreamWriter, key: str) -> bool:
    fault = provider.fault()
    if fault == "reset":
        writer.transport.abort()
        return False
    if fault.isdecimal():
        return _answer(writer, int(fault), {}, "Retry-After: 1\r\n" if fault == "429" else "")
    if fault == "slow":
        await asyncio.sleep(provider.slow_s)
    status, words = provider.accept(key)
    if fault == "drop":
        return False
    if fault == "unreadable":
        return _raw(writer, status, b"<html>accepted</html>")
    _answer(writer, status, words)
    if fault == "twice":
        # A second answer to one question: the connection must not be used again.
        _answer(writer, status, words)
        return False
    return True


def _answer(writer: asyncio.StreamWriter, status: int, words: dict[str, str], more: str = "") -> bool:
    return _raw(writer, status, b"" if status == 204 else json.dumps(words).encode(), more)


def _raw(writer: asyncio.StreamWriter, status: int, body: bytes, more: str = "") -> bool:
    head = f"HTTP/1.1 {status} {REASONS.get(status, 'Error')}\r\n{more}"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    return True


def main() -> None:
    parser = argparse.ArgumentParser(prog="http")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--log", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--settings", default="{}", help="as sent to /control")
    options = parser.parse_args()
    provider = Provider(options.log, chance=random.Random(options.seed))
    provider.control(json.loads(options.settings))
    asyncio.run(serve(provider, options.port))


if __name__ == "__main__":
    main()
