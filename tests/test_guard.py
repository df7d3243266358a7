"""What the guard lets in, and what it refuses before Gradio sees it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from qa.config import load
from qa.errors import ConfigError
from qa.web.guard import FOLDERS, MAX_BODY, ROUTES, Guard, allowed, check_exposure

HOME = {"host": "127.0.0.1:7860"}


async def _inner(scope: Any, receive: Any, send: Any) -> None:
    body = (await receive())["body"] if scope["type"] == "http" else b""
    headers = [(b"content-security-policy", b"default-src *"), (b"x-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"inside"})


def ask(
    path: str = "/",
    method: str = "GET",
    *,
    headers: dict[str, str] | None = None,
    body: tuple[bytes, ...] = (b"",),
    host: str = "127.0.0.1",
    query: str = "",
    type: str = "http",
) -> tuple[int, dict[str, str]]:
    """Status and headers that the guard answers a raw request with; -1 for a websocket that was closed."""
    scope = {
        "type": type,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in (HOME if headers is None else headers).items()],
    }
    sent: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": part, "more_body": part is not body[-1]} for part in body]

    async def receive() -> dict[str, Any]:
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Guard(_inner, host)(scope, receive, send))
    if sent[0]["type"] == "websocket.close":
        return -1, {}
    return sent[0]["status"], {k.decode(): v.decode() for k, v in sent[0]["headers"]}


@pytest.mark.parametrize("host", ["localhost", "localhost:7860", "127.0.0.1:1", "[::1]:7860", "LOCALHOST:7860"])
def test_the_page_answers_to_the_names_of_this_machine(host: str) -> None:
    assert ask(headers={"host": host})[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.test", "localhost.evil.test", "127.0.0.1.evil.test:7860", "", "localhost:80:80", "[::1", "a@localhost"),
        *("10.0.0.7:7860", "0.0.0.0:7860", "localhost/x", "localhost#", "evil.test\\localhost", "localhost,evil.test"),
    ],
)
def test_a_spoofed_host_is_refused(host: str) -> None:
    assert ask(headers={"host": host})[0] == 400


def test_a_missing_host_is_refused() -> None:
    assert ask(headers={})[0] == 400


def test_an_exposed_page_answers_to_addresses_but_not_to_foreign_names() -> None:
    assert ask(headers={"host": "192.168.1.7:7860"}, host="0.0.0.0")[0] == 200
    assert ask(headers={"host": "rebound.evil.test:7860"}, host="0.0.0.0")[0] == 400


@pytest.mark.parametrize(
    "route", ["/gradio_api/queue/join", "/gradio_api/component_server", "/gradio_api/run/predict", "/login"]
)
@pytest.mark.parametrize(
    "who",
    [
        {"origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://127.0.0.1:7860.evil.test"},
        {"origin": ""},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    ],
)
def test_another_site_cannot_use_the_page(route: str, who: dict[str, str]) -> None:
    assert ask(route, "POST", headers=HOME | who)[0] == 403


def test_the_page_itself_and_programs_may_post() -> None:
    own = {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}
    assert ask("/gradio_api/queue/join", "POST", headers=HOME | own)[0] == 200
    assert ask("/gradio_api/queue/join", "POST")[0] == 200


def test_a_link_from_another_site_may_open_the_page_but_not_embed_its_data() -> None:
    foreign = HOME | {"sec-fetch-site": "cross-site"}
    assert ask("/", headers=foreign | {"sec-fetch-mode": "navigate"})[0] == 200
    assert ask("/config", headers=foreign | {"sec-fetch-mode": "no-cors"})[0] == 403
    assert ask("/gradio_api/queue/data", headers=HOME | {"origin": "null"})[0] == 403


def test_a_websocket_from_another_site_is_closed() -> None:
    assert ask("/gradio_api/queue/join", headers=HOME | {"origin": "https://evil.test"}, type="websocket")[0] == -1
    assert ask("/gradio_api/queue/join", headers={"host": "evil.test"}, type="websocket")[0] == -1


PAYLOADS = [
    *(f"/gradio_api/{route}" for route in ("file=/etc/passwd", "file/etc/passwd", "file=https://evil.test/x.png")),
    *(f"/gradio_api/{route}" for route in ("proxy=https://evil.test", "upload", "upload_progress", "stream/1/2/3")),
    *(
        f"/gradio_api/{route}"
        for route in ("runs", "vibe-edit", "monitoring", "call/ask", "process_recording", "deep_link")
    ),
    *(
        "/file=/etc/passwd",
        "/file=http:/evil.test",
        "/proxy=https://evil.test",
        "/monitoring",
        "/docs",
        "/openapi.json",
    ),
    *("//evil.test/", "/page/../app.py", "/page/%2e%2e/app.py", "/page/%252e%252e/app.py", "/page/..%2fapp.py"),
    *("/static/..\\..\\x", "/static/%5c..%5cx", "/assets//etc/passwd", "/assets/%2fetc/passwd", "/assets/./x"),
    *(
        "/assets/x%00.js",
        "/assets/\x00",
        "/assets/http://evil.test",
        "/assets/http:%2f%2fevil.test",
        "/page/%25252e%25252e/x",
    ),
    *("/static/file=/etc/passwd", "/assets/FILE%3d/etc", "/gradio_api/file%3Dhttps:%2F%2Fevil.test", "/gradio_api/"),
]


@pytest.mark.parametrize("path", PAYLOADS)
def test_file_proxy_upload_and_odd_paths_are_shut(path: str) -> None:
    assert ask(path)[0] == 403
    assert ask(path, "POST")[0] == 403


def test_a_state_stored_on_the_server_cannot_be_loaded_by_link() -> None:
    assert ask("/", query="deep_link=../../x")[0] == 403
    assert ask("/config", query="deep%5Flink=x")[0] == 403


@given(st.text(max_size=40))
def test_only_listed_routes_are_ever_open(path: str) -> None:
    path = "/" + path
    if allowed({"path": path, "raw_path": path.encode(), "query_string": b""}):
        assert (path.rstrip("/") or "/") in ROUTES or path.startswith(FOLDERS)


def test_a_body_that_is_too_large_is_refused_whatever_length_it_announces() -> None:
    post = {"path": "/gradio_api/queue/join", "method": "POST"}
    assert ask(**post, headers=HOME | {"content-length": str(MAX_BODY + 1)})[0] == 413
    assert ask(**post, headers=HOME | {"content-length": "-5"})[0] == 413
    assert ask(**post, body=(b"x" * MAX_BODY, b"y" * MAX_BODY, b""))[0] == 413
    status, headers = ask(**post, body=(b"ab", b"cd", b"e"))
    assert (status, headers["x-length"]) == (200, "5")


@pytest.mark.parametrize("headers", [HOME, {"host": "evil.test"}])
def test_every_response_carries_the_policy_and_only_ours(headers: dict[str, str]) -> None:
    _, got = ask(headers=headers)
    policy = got["content-security-policy"]
    for rule in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ):
        assert rule in policy
    assert "*" not in policy and "https:" not in policy
    assert (got["x-content-type-options"], got["referrer-policy"]) == ("nosniff", "no-referrer")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.test"])
def test_listening_beyond_this_machine_needs_a_password(host: str) -> None:
    with pytest.raises(ConfigError, match="QA_PASSWORD"):
        check_exposure(load(host=host))
    check_exposure(load(host=host, password=SecretStr("a secret")))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_listening_on_this_machine_needs_none(host: str) -> None:
    check_exposure(load(host=host))
