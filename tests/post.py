"""A mail server and a webhook on loopback that keep what they receive, and can be down."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it arrived: to whom, its subject, its plain text, and all of it."""

    to: tuple[str, ...]
    subject: str
    text: str
    whole: str


@dataclass(slots=True)
class Post:
    """What arrived by mail and at the webhook, since it was last looked at."""

    mails: list[Mail] = field(default_factory=list)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    down: bool = False
    refused: frozenset[str] = frozenset()
    smtp_port: int = 0
    http_port: int = 0

    def mailto(self, to: str, host: str = "127.0.0.1") -> str:
        """Return the address of apprise for a recipient here."""
        return f"mailto://{host}:{self.smtp_port}?from=billetbro@bib.example&to={to}"

    def webhook(self, secret: str = "hemmelig-sti-0123456789") -> str:
        """Return the address of apprise for the webhook, with a secret in its path."""
        return f"json://127.0.0.1:{self.http_port}/{secret}"

    def taken(self) -> list[Mail]:
        """Return the mails that arrived since the last time."""
        taken, self.mails = self.mails, []
        return taken

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.down or address in self.refused:
            return "451 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        message = email.message_from_bytes(content, policy=email.policy.default)
        body = message.get_body(("plain",))
        text = str(body.get_content()).replace("\r\n", "\n") if body is not None else ""
        whole = "\n".join(
            [*(f"{name}: {value}" for name, value in message.items()), *(str(p.get_content()) for p in _texts(message))]
        )
        self.mails.append(Mail(to=tuple(envelope.rcpt_tos), subject=str(message["Subject"]), text=text, whole=whole))
        return "250 OK"


def _texts(message: Any) -> list[Any]:
    return [part for part in message.walk() if part.get_content_maintype() == "text"]


@contextmanager
def open_post() -> Iterator[Post]:
    """Run both servers for a block."""
    post = Post()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            post.paths.append(self.path)
            if not post.down:
                post.hooks.append(json.loads(content))
            self.send_response(503 if post.down else 200)
            self.end_headers()

        def do_GET(self) -> None:
            post.paths.append(self.path)
            self.send_response(503 if post.down else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    loop = asyncio.new_event_loop()
    mail = loop.run_until_complete(loop.create_server(lambda: SMTP(post, loop=loop), "127.0.0.1", 0))
    post.smtp_port = mail.sockets[0].getsockname()[1]
    postman = threading.Thread(target=loop.run_forever)
    postman.start()
    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    post.http_port = web.server_address[1]
    thread = threading.Thread(target=web.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield post
    finally:
        web.shutdown()
        web.server_close()
        thread.join()
        mail.close()
        loop.call_soon_threadsafe(loop.stop)
        postman.join()
        loop.close()
