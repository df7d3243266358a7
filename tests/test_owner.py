"""Whose a conversation is, over real HTTP: what one browser or login has asked, no other gets to see."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from qa.assistant import Assistant
from qa.config import Config, load
from qa.sync import sync
from qa.testing import FakeModel, HashEmbedder, corpus
from qa.types import Citation
from qa.web import build

CLIENTS, TURNS = 20, 2
HOME = "http://127.0.0.1:7860"
NAVIGATE = {"sec-fetch-mode": "navigate"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("owners")
    made = load(index=folder / "index", model="quote", offline=True)
    sync([corpus(folder)], config=made, embedder=HashEmbedder())
    return made


def made(config: Config) -> Assistant:
    """An assistant whose answers are the evidence that each question got."""

    def say(question: str, evidence: Sequence[Citation]) -> str:
        return evidence[0].quote

    return Assistant(config, embedder=HashEmbedder(), answerer=FakeModel(say))


@pytest.fixture(scope="module")
def url(config: Config, served: Callable[..., Any]) -> str:
    return str(served(lambda: build(config, made)).url)


class Browser:
    """What a browser does, without one: it opens the page, asks, and opens conversations by their ids."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=60)
        self.session, self.seen = f"s{random.getrandbits(60):x}", ""
        self.http.get("/")
        config = self.http.get("/config").json()
        ids = {part["props"].get("elem_id"): part["id"] for part in config["components"]}
        self.calls = {tuple(call["targets"][0]): call for call in config["dependencies"] if call["inputs"]}
        self.submit, self.go = self.calls[ids["ask"], "submit"], self.calls[ids["go"], "click"]

    def call(self, handler: dict[str, Any], *data: Any) -> str:
        """All that the server sends back, as one string."""
        body = {"data": [*data, *[None] * (len(handler["inputs"]) - len(data))], "fn_index": handler["id"]}
        joined = self.http.post("/gradio_api/queue/join", json={**body, "session_hash": self.session})
        joined.raise_for_status()
        got = ""
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                got += line
                if '"process_completed"' in line or '"close_stream"' in line:
                    break
        assert '"success":true' in got.replace(" ", ""), got[-500:]
        self.seen += got
        return got

    def api(self, path: str, **parameters: Any) -> str:
        answer = self.http.get(f"/page/api/{path}", params=parameters)
        self.seen += answer.text
        return answer.text


def test_twenty_people_who_guess_each_others_ids_see_only_their_own(url: str) -> None:
    chats = ["shared", *(f"chat-{who}" for who in range(CLIENTS))]  # all know all ids, and one is everybody's

    def live(who: int) -> tuple[int, str]:
        browser, dice = Browser(url), random.Random(who)
        mine = ["shared", f"chat-{who}"]
        for turn in range(TURNS):
            key = mine[turn % 2]
            browser.call(browser.submit, f"Is the bridge of client{who:02} closed, question {turn}?", key)
            other = dice.choice(chats)
            browser.call(browser.go, f"#{other}")
            browser.api("export", form="markdown", chat=other)
            browser.api("export", form="evidence", chat=other, turn=dice.randrange(1, CLIENTS * TURNS))
            browser.api("chats", find="client")
            found = browser.http.get("/page/api/chats", params={"find": f"client{(who + 1) % CLIENTS:02}"}).text
            assert "No conversation has" in found
            stolen = {"chat": other, "title": f"taken by client{who:02}"}
            browser.http.post("/page/api/chats/rename", json=stolen)
            if other not in mine:
                browser.http.post("/page/api/chats/delete", json={"chat": other})
            said = {"chat": other, "turn": dice.randrange(1, CLIENTS * TURNS), "verdict": "right"}
            browser.seen += browser.http.post("/page/api/feedback", json=said).text
        kept = browser.call(browser.go, "#shared") + browser.call(browser.go, f"#chat-{who}")
        assert len(set(re.findall(r"question (\d)\?", kept))) == TURNS, "one's own turns are all there"
        return who, browser.seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        for who, seen in pool.map(live, range(CLIENTS)):
            assert set(re.findall(r"client(\d\d)", seen)) == {f"{who:02}"}


def test_a_name_is_one_person_in_any_browser_and_another_name_sees_nothing(config: Config) -> None:
    shut = config.model_copy(update={"password": SecretStr("open sesame")})
    with TestClient(build(shut, made), base_url=HOME) as client:

        def login(name: str) -> list[str]:
            client.cookies.clear()
            client.post("/login", data={"username": name, "password": "open sesame"})
            return re.findall(r"<bdi>(.*?)</bdi>", client.get("/page/api/chats").text)

        assert client.get("/page/api/chats").status_code == 401 == client.get("/page/api/status").status_code
        assert login("ann") == []
        found = client.get("/config").json()
        ids = {part["props"].get("elem_id"): part["id"] for part in found["components"]}
        submit = next(call for call in found["dependencies"] if call["targets"][0] == [ids["ask"], "submit"])
        body = {"data": ["When was the bridge built?", "one", None], "fn_index": submit["id"], "session_hash": "s"}
        assert client.post("/gradio_api/queue/join", json=body).status_code == 200
        client.get("/gradio_api/queue/data", params={"session_hash": "s"})
        assert login("bob") == [] and "no such" in client.get("/page/api/export?form=markdown&chat=one").text
        assert login(" Ann ") == ["When was the bridge built?"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites_and_is_kept(config: Config) -> None:
    with TestClient(build(config, made), base_url=HOME) as client:
        given = client.get("/").headers["set-cookie"]
        assert all(part in given for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age"))
        assert client.get("/").headers["set-cookie"].split(";")[0] == given.split(";")[0]
        client.cookies.clear()
        assert "set-cookie" not in client.get("/", headers={"sec-fetch-site": "cross-site", **NAVIGATE}).headers
        assert client.get("/page/api/chats").status_code == 401
        script = client.get("/page/page.js", headers={"sec-fetch-site": "same-origin"}).headers
        assert "qa-browser=" in script["set-cookie"] and script["cache-control"] == "no-cache"
        assert client.get("/page/api/chats").status_code == 200
        client.cookies.clear()
        client.cookies.set("qa-browser", "' OR 1=1 --")
        assert client.get("/page/api/chats").status_code == 401


def test_other_sites_and_names_reach_none_of_the_routes(config: Config) -> None:
    with TestClient(build(config, made), base_url=HOME) as client:
        client.get("/")
        routes = {"chats/delete": {"chat": "x"}, "feedback": {"chat": "x", "turn": 1}, "source": {}}
        for path, body in routes.items():
            for headers in ({"origin": "https://evil.test"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
                assert client.post(f"/page/api/{path}", json=body, headers=headers).status_code == 403
            assert client.post(f"/page/api/{path}", json=body, headers={"host": "evil.test"}).status_code == 400


def test_no_browser_is_named_in_what_is_kept(url: str, config: Config) -> None:
    browser = Browser(url)
    browser.call(browser.submit, "Is the bridge closed?", "mine")
    kept = Path(config.index / "chats.sqlite").read_bytes()
    assert browser.http.cookies["qa-browser"].encode() not in kept
