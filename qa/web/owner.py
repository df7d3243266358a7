"""Whose a request is: the name someone logged in with where the page has a password, else the browser's own cookie."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.errors import QAError

COOKIE = "qa-browser"
DAYS = 400  # browsers keep no cookie longer
GIVEN_AT = {"/", "/page/page.js"}  # the first request of a page, and one that comes before any that needs the cookie
EARLY = "</page/style.css>; rel=preload; as=style, </page/page.js>; rel=preload; as=script"
_ID = re.compile(r"[\w-]{43}")


class NobodyError(QAError):
    """A request that belongs to nobody: not logged in, or without the browser's cookie."""


class Owners:
    """Knows the owner of a request. `named`: by login; `gradio` is the mounted application, which did the login."""

    def __init__(self, *, named: bool) -> None:
        self.named, self.gradio = named, None

    def of(self, request: Any) -> str:
        """The owner of a request of Starlette's or of Gradio's.

        Raises:
            NobodyError: nobody is logged in, or the browser keeps no cookie.
        """
        cookies = getattr(request, "request", request).cookies
        if self.named:
            names = [f"access-token-{kind}{getattr(self.gradio, 'cookie_id', '')}" for kind in ("", "unsecure-")]
            token = next((cookies[name] for name in names if name in cookies), None)
            user = getattr(self.gradio, "tokens", {}).get(token)
            if not user:
                raise NobodyError("you are not logged in any more; load the page again")
            return f"user {user.casefold()}"
        if not _ID.fullmatch(cookies.get(COOKIE, "")):
            raise NobodyError(
                "conversations are kept by a cookie; allow cookies for this address and load the page again"
            )
        return "browser " + hashlib.sha256(cookies[COOKIE].encode()).hexdigest()


class Browsers:
    """ASGI middleware that gives every browser a random cookie that no script and no other site can use, and tells it
    at once what the page is made of: Gradio does so late, and the page would move."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = scope["type"] == "http" and scope["path"] in GIVEN_AT and self._known(Headers(scope=scope))
        await self.app(scope, receive, self._giving(send, scope) if wanted else send)

    def _known(self, headers: Headers) -> bool:
        """A link on another site is followed without the cookie that this browser may have: it must not be replaced."""
        return headers.get("sec-fetch-site") != "cross-site"

    def _giving(self, send: Send, scope: Scope) -> Send:
        has = cookie_parser(Headers(scope=scope).get("cookie", "")).get(COOKIE, "")
        id = has if _ID.fullmatch(has) else secrets.token_urlsafe(32)
        secure = "; Secure" if scope["scheme"] == "https" else ""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={id}; Path=/; Max-Age={DAYS * 86400}; HttpOnly; SameSite=Strict{secure}"
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", cookie)
                headers["link"] = EARLY
                headers["cache-control"] = "no-cache"  # what comes from a cache brings no cookie
            await send(message)

        return sending
