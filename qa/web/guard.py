"""Keeps the page to the people on this machine, before Gradio sees a request: host, origin, route, size, headers."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import unquote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.config import Config
from qa.errors import ConfigError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_BODY, MAX_FILE = 2**20, 64 * 2**20  # bytes
FILE = "/page/api/documents/file"  # the one route that takes larger bodies; it reads them bit by bit and counts itself
HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(:\d{1,5})?")
PAGES = {"/", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json", "/login", "/logout"}
CALLS = {
    "queue/join",
    "queue/data",
    "component_server",
    "run/predict",
    "cancel",
    "reset",
    "startup-events",
    "info",
    "app_id",
}
ROUTES = PAGES | {f"/gradio_api/{call}" for call in CALLS}
FOLDERS = ("/page/", "/assets/", "/static/", "/svelte/", "/gradio_api/heartbeat/")
ODD = re.compile(r"[%\\\x00-\x1f\x7f]|//|:/|(^|/)\.\.?(/|$)|file=|proxy=", re.IGNORECASE)
HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' ws://{host} wss://{host}; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_exposure(config: Config) -> None:
    """Refuse to listen beyond this machine without a password.

    Raises:
        ConfigError: the address is not a loopback one and no password is set.
    """
    if not is_loopback(config.host) and not config.password.get_secret_value():
        raise ConfigError(
            f"the page would be open to the network on {config.host!r} without a password; "
            "set one: QA_PASSWORD=… python ui.py, or stay on this machine: --host 127.0.0.1"
        )


class Guard:
    """ASGI middleware around the whole application; `host` is the address that the page listens on."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app, self.exposed = app, not is_loopback(host)
        self.names = LOOPBACK | {host.lower()} | ({socket.gethostname().lower()} if self.exposed else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        status, reason = self.verdict(scope, Headers(scope=scope))
        if scope["type"] == "websocket":
            await (send({"type": "websocket.close", "code": 1008}) if status else self.app(scope, receive, send))
            return
        app, out = self.app, _with_headers(send, Headers(scope=scope).get("host", ""))
        if not status and scope["path"] == FILE:
            await app(scope, receive, out)
            return
        body = b"" if status else await _body(receive)
        if status or body is None:
            app = PlainTextResponse(reason or f"more than {MAX_BODY} bytes", status or 413)
        await app(scope, _replay(body or b"", receive), out)

    def verdict(self, scope: Scope, headers: Headers) -> tuple[int, str]:
        """(0, "") lets a request in; otherwise the status and the reason to refuse it with."""
        match, length = HOST.fullmatch(headers.get("host", "")), headers.get("content-length", "0")
        if not match or not self.knows(match[1].strip("[]").lower()):
            return 400, "the page does not answer to this name"
        if not own_origin(scope, headers):
            return 403, "only the page itself may ask for this"
        if not allowed(scope):
            return 403, "there is no such route"
        most = MAX_FILE if scope["path"] == FILE else MAX_BODY
        return (0, "") if length.isdecimal() and int(length) <= most else (413, f"more than {most} bytes")

    def knows(self, name: str) -> bool:
        """No foreign name server can rebind a numeric address, so an exposed page answers to any of its own."""
        return name in self.names or (self.exposed and bool(re.fullmatch(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*", name)))


def own_origin(scope: Scope, headers: Headers) -> bool:
    """A browser says where a request comes from; a program that is no browser says nothing and is let in."""
    origin, host = headers.get("origin"), headers.get("host", "").lower()
    if origin is not None and origin.lower() not in {f"http://{host}", f"https://{host}"}:
        return False
    followed = scope.get("method") == "GET" and headers.get("sec-fetch-mode") == "navigate"
    return followed or headers.get("sec-fetch-site", "none") in {"none", "same-origin"}


def allowed(scope: Scope) -> bool:
    """Whether the page needs this route. Files, proxies, uploads and whatever looks like a path trick are shut."""
    query, raw = scope.get("query_string", b"").decode("latin-1"), scope.get("raw_path", b"").decode("latin-1")
    paths, path = [scope["path"], raw.split("?")[0]], scope["path"]
    for _ in range(3):
        query, paths = unquote(query), [unquote(each) for each in paths]
    if "deep_link" in query or any(ODD.search(each) for each in paths):
        return False
    return (path.rstrip("/") or "/") in ROUTES or path.startswith(FOLDERS)


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None once it is larger than the page ever needs, whatever length was announced."""
    body, more = b"", True
    while more and len(body) <= MAX_BODY:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body if len(body) <= MAX_BODY else None


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _with_headers(send: Send, host: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value.format(host=host if HOST.fullmatch(host) else "localhost")
        await send(message)

    return sending
