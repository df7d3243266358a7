"""What users of the command line see: whole transcripts, exit codes, and that nothing slow is imported for them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from qa import doctor, embed
from qa.cli import app, main
from qa.testing import HashEmbedder, corpus
from qa.types import Progress

ROOT = Path(__file__).parent.parent
HEAVY = "torch transformers sentence_transformers gradio chromadb llama_index trafilatura markitdown pypdf".split()
COST = "How much will the repairs of the old bridge in Elmford cost?"
COST_ANSWER = """\
The repairs of the old bridge in Elmford will cost 3.1 million euros, the engineer Ines Duarte said on Friday. \
(17 May 2024) [1] Mayor Ruth Adeyemi said the repairs would cost 2.4 million euros. (5 March 2024) [2]
"""
COST_DIFFER = f"""
Sources differ: {COST}: The repairs of the old bridge in Elmford will cost 3.1 million euros, the engineer Ines Duarte \
said on Friday. [1]; Mayor Ruth Adeyemi said the repairs would cost 2.4 million euros. [2]
"""
COST_SOURCE = """
[1] Bridge Repairs to Cost More (17 May 2024), bridge-costs.md:91-201: “The repairs of the old bridge in Elmford will \
cost 3.1 million euros, the engineer Ines Duarte said on Friday.”
"""
OTHER_SOURCE = """\
[2] Old Bridge to Close for Repairs (5 March 2024), bridge.txt:131-196: “Mayor Ruth Adeyemi said the repairs would \
cost 2.4 million euros.”
"""
COST_WHOLE = f"{COST_ANSWER}{COST_DIFFER}{COST_SOURCE}{OTHER_SOURCE}"


@pytest.fixture
def qa(tmp_path, monkeypatch, capsys):
    """Runs one command line; returns its exit code and what it wrote to stdout and stderr."""
    for name in [name for name in os.environ if name.startswith("QA_") or name.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QA_CACHE", "cache")
    monkeypatch.setenv("QA_MIN_CONFIDENCE", "0")  # the fake embedder is no measure of what can be answered
    monkeypatch.setenv("QA_SENTENCES", "1")
    monkeypatch.setattr(embed, "SentenceTransformerEmbedder", lambda name: HashEmbedder(name=name))

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def indexed(qa, tmp_path):
    corpus(tmp_path)
    assert qa("ingest", "documents")[0] == 0
    return qa


def test_an_answer_is_its_sentences_and_then_its_numbered_sources(indexed):
    assert indexed("ask", COST) == (0, COST_WHOLE, "")


def test_quiet_prints_the_text_alone(indexed):
    assert indexed("ask", COST, "--quiet") == (0, COST_ANSWER, "")


def test_a_refusal_exits_with_3_and_shows_the_nearest_passages(indexed, monkeypatch):
    monkeypatch.setenv("QA_MIN_CONFIDENCE", "1")
    code, out, err = indexed("ask", "What did Mayor Ruth Adeyemi say about the bridge in Mongolia?")
    assert (code, err) == (3, "")
    text, nearest = out.split("\n\n")
    assert text == "The documents do not answer this question. Nothing in them mentions “Mongolia”."
    title, *passages = nearest.splitlines()
    assert title == "Nearest passages:"
    assert len(passages) == 3
    assert all(re.fullmatch(r"- .+, [\w/.-]+:\d+-\d+: “.+”", line) for line in passages)


def test_a_refusal_of_what_nothing_is_near_to_says_so(indexed, monkeypatch):
    monkeypatch.setenv("QA_MIN_CONFIDENCE", "1")
    code, out, err = indexed("ask", "who was the first man on the moon")
    assert (code, err) == (3, "")
    assert out.endswith("\n\nNothing in the documents is near this question.\n")


def test_json_holds_the_whole_answer_and_nothing_else_is_on_stdout(indexed):
    code, out, err = indexed("ask", COST, "--json")
    answer = json.loads(out)
    assert (code, err) == (0, "")
    assert answer["text"] + "\n" == COST_ANSWER
    assert len(answer["citations"]) == 2
    for citation in answer["citations"]:
        text = Path("documents", citation["document"]).read_text(encoding="utf-8")
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_a_question_can_be_kept_to_some_documents(indexed):
    code, out, _ = indexed("ask", COST, "--documents", "bridge.txt", "--until", "2024-03", "--json")
    answer = json.loads(out)
    assert {citation["document"] for citation in answer["citations"]} <= {"bridge.txt"}
    assert code == (0 if answer["answered"] else 3)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("x", "--since", "soon"), 2, "'soon' is not an ISO date; write it as 2023-12-06, 2023-12 or 2023"),
        ((" ",), 2, 'the question is empty; ask one: qa ask "Who …?"'),
        (("x", "--documents", "brigde.txt"), 1, "did you mean 'bridge.txt'?"),
        (("x", "--index", "nowhere"), 1, "there is no index at nowhere; make one: qa ingest FOLDER"),
        (("x", "--model", "opnai:x"), 2, "unknown model 'opnai:x'; did you mean openai:?"),
        (("x", "--model", "openai:gpt-4o-mini"), 1, "openai:gpt-4o-mini needs a key; run: export OPENAI_API_KEY=…"),
    ],
)
def test_a_mistake_or_a_failure_is_one_line_on_stderr(indexed, arguments, code, said):
    ended, out, err = indexed("ask", *arguments)
    assert (ended, out) == (code, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize("arguments", [("ask",), ("ask", "x", "--modle", "quote"), ("answer",), ("ui", "nowhere")])
def test_a_wrong_command_line_exits_with_2(qa, arguments):
    code, out, err = qa(*arguments)
    assert (code, out) == (2, "")
    assert "Usage: qa" in err


def test_an_unknown_setting_exits_with_2(qa, monkeypatch):
    monkeypatch.setenv("QA_MODLE", "quote")
    code, _, err = qa("ask", "x")
    assert (code, "did you mean QA_MODEL?" in err) == (2, True)


def test_ingest_counts_what_it_did(qa, tmp_path):
    folder = corpus(tmp_path)
    table = "added      {}\nupdated    {}\nunchanged  {}\nremoved    {}\nfailed     0\n"
    assert qa("ingest", "documents") == (0, table.format(4, 0, 0, 0), "")
    assert qa("ingest", "documents") == (0, table.format(0, 0, 4, 0), "")
    (folder / "bridge.txt").write_text("The bridge is open again.")
    (folder / "bridge-costs.md").unlink()
    assert qa("ingest") == (0, table.format(0, 1, 2, 1), ""), "without paths, those of the index are looked at again"
    assert qa("ingest", "--rebuild", "documents")[0] == 0


def test_a_bad_file_is_listed_with_its_reason_and_stops_nothing(qa, tmp_path):
    (corpus(tmp_path) / "empty.txt").touch()
    code, out, err = qa("ingest", "documents", "--json")
    report = json.loads(out)
    assert code == 0
    assert len(report["added"]) == 4
    assert [failure["document"] for failure in report["failed"]] == ["empty.txt"]
    assert err.startswith("failed: empty.txt: is empty")


def test_files_that_no_reader_reads_are_passed_over_aloud(qa, tmp_path):
    folder = corpus(tmp_path)
    for name in ("one.jpg", "two.JPG", "Makefile", ".hidden.xyz"):
        (folder / name).write_bytes(b"x")
    code, out, err = qa("ingest", "documents")
    assert (code, "failed     0" in out, "passed" in out) == (0, True, False)
    assert err == "passed over: 3 of a kind that is not read: 2 × .jpg, 1 × no ending\n"
    assert json.loads(qa("ingest", "documents", "--json")[1])["passed"] == ["Makefile", "one.jpg", "two.JPG"]


def test_ingest_fails_where_nothing_could_be_taken_in(qa, tmp_path):
    (tmp_path / "empty.txt").touch()
    code, out, err = qa("ingest", "empty.txt")
    assert code == 1
    assert "failed     1" in out
    assert err.splitlines()[0].startswith("failed: empty.txt: is empty")
    assert err.splitlines()[1].startswith("Error: nothing could be taken in from empty.txt; give files of a kind")


def test_a_chat_through_a_pipe_keeps_its_history(indexed, tmp_path):
    script = (
        "import sys; from qa import embed, testing, cli\n"
        "embed.SentenceTransformerEmbedder = lambda name: testing.HashEmbedder(name=name)\n"
        "cli.main(['chat'])"
    )
    lines = f"{COST}\n\nWho said that?\n/new\nWho said that?\n/help\n/quit\nnever asked\n"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}  # with the settings of the fixture
    done = subprocess.run(
        [sys.executable, "-c", script], input=lines, env=env, cwd=tmp_path, text=True, capture_output=True, check=False
    )
    help_text = "/new forgets what was said, /quit ends (so does Ctrl+D), Ctrl+C stops an answer"
    notes = done.stderr.splitlines()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{COST_WHOLE}\n")
    assert notes[0] == f"4 documents, answers by quote. {help_text}"
    assert notes[-1] == help_text
    assert len(notes) == 3, "after /new, the same words are a question of their own"
    assert notes[1].startswith("Read as: ")
    assert "never asked" not in done.stdout + done.stderr


def test_control_characters_of_a_document_never_reach_the_terminal(qa, tmp_path):
    text = "The old harbour of Elmford \x1b[31mclosed\x9b2J in May 2020 \u202efor repairs.\n"
    (tmp_path / "notes.txt").write_text(text)
    assert qa("ingest", "notes.txt")[0] == 0
    _, out, _ = qa("ask", "When did the old harbour of Elmford close for repairs?")
    assert "harbour of Elmford" in out
    assert not set("\x1b\x9b\u202e") & set(out)


def test_the_first_interrupt_stops_the_answer_and_keeps_what_was_said(indexed, monkeypatch):
    def write(self, question, evidence):
        yield f"{evidence[0].quote}\n"
        os.kill(os.getpid(), signal.SIGINT)
        yield "More.\n"

    monkeypatch.setattr("qa.models.quote.Quote.write", write)
    before = signal.getsignal(signal.SIGINT)
    code, out, _ = indexed("ask", COST)
    said, stopped, source = out.split("\n\n")
    assert (code, stopped) == (0, "(stopped early: stopped)")
    assert said.startswith("The repairs of the old bridge in Elmford will cost 3.1 million euros")
    assert f"\n{source}" == COST_SOURCE
    assert signal.getsignal(signal.SIGINT) is before


def test_models_are_listed_with_what_they_need(qa):
    code, out, err = qa("models")
    assert (code, err) == (0, "")
    assert out == qa("models", "list")[1]
    assert "quote                     ready\n" in out
    assert "local:qwen2.5-coder-1.5b  can be fetched (1,117 MB)\n" in out
    assert "openai:NAME               needs: export OPENAI_API_KEY=…\n" in out
    assert json.loads(qa("models", "list", "--json")[1])["quote"] == "ready"


def test_weights_are_announced_before_they_are_fetched_and_never_fetched_offline(qa, monkeypatch):
    monkeypatch.setenv("QA_OFFLINE", "1")
    code, out, err = qa("models", "fetch", "smollm2-135m")
    announced, failed = err.splitlines()
    assert (code, out) == (1, "")
    assert announced.startswith("smollm2-135m: 98.4 MB, licence Apache-2.0, into cache.")
    assert failed.startswith("Error: smollm2-135m is not in cache, fetching is off")


def test_weights_with_other_bytes_are_called_damaged(qa):
    Path("cache").mkdir()
    Path("cache", "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GGUF")
    code, out, _ = qa("models", "verify", "--json")
    assert code == 1
    assert json.loads(out) == {
        "all-MiniLM-L6-v2": "verified",
        "ms-marco-MiniLM-L-12-v2": "verified",
        "en_core_web_sm": "verified",
        "qwen2.5-coder-1.5b": "absent",
        "qwen2.5-coder-0.5b": "absent",
        "smollm2-135m": "damaged",
    }
    assert "broken: smollm2-135m does not match its hash; run: qa models fetch smollm2-135m" in qa("doctor")[1]


def test_a_packaged_model_with_other_bytes_is_broken_and_its_cure_is_named(indexed, monkeypatch):
    other = replace(doctor.CROSS_ENCODER, sha256="0" * 64)
    monkeypatch.setitem(doctor.PACKAGED, other.name, other)
    code, out, _ = indexed("doctor")
    assert code == 1
    assert f"broken: {other.name} does not match its hash; run: pip install --force-reinstall" in out


def test_the_doctor_finds_nothing_wrong_with_a_fresh_index(indexed):
    code, out, err = indexed("doctor")
    assert (code, err) == (0, ""), out
    lines = out.splitlines()
    assert lines[-2:] == ["network: none", "nothing is broken"]
    facts = {tuple(line.split()) for line in lines}
    assert {("documents", "4"), ("embedder", "all-MiniLM-L6-v2"), ("state", "sound"), ("model", "quote")} <= facts
    assert ("all-MiniLM-L6-v2", "verified") in facts


def test_the_doctor_needs_no_index(qa):
    code, out, _ = qa("doctor", "--json")
    assert code == 0
    assert json.loads(out)["index"]["state"] == "none yet: there is no index at .qa; make one: qa ingest FOLDER"


def test_the_doctor_shows_every_setting_and_masks_what_is_secret(qa, monkeypatch):
    monkeypatch.setenv("QA_API_KEY", "sk-12345")
    monkeypatch.setenv("QA_PASSWORD", "hunter2")
    monkeypatch.setenv("QA_MODEL", "https://me:pass-1@llm.test:8443/v1#big")
    code, out, _ = qa("doctor", "--json")
    found = json.loads(out)
    assert code == 0, found["problems"]
    assert not [secret for secret in ("sk-12345", "hunter2", "pass-1") if secret in out]
    assert found["settings"]["QA_API_KEY"] == "**********"
    assert found["settings"]["QA_TIMEOUT"] == "60.0"
    assert found["network"] == ["llm.test:8443"]
    assert found["answers"]["model"] == "https://***@llm.test:8443/v1#big"


def test_the_doctor_examines_a_broken_configuration_too(qa, monkeypatch):
    monkeypatch.setenv("QA_PROT", "80")
    code, out, _ = qa("doctor", "--json")
    assert code == 1
    assert json.loads(out)["problems"] == [
        "unknown setting QA_PROT; did you mean QA_PORT? Settings and their values: qa doctor"
    ]


def test_the_doctor_says_what_is_wrong_with_an_index(indexed, monkeypatch):
    monkeypatch.setenv("QA_EMBEDDER", "another")
    code, out, _ = indexed("doctor")
    assert code == 1
    assert "broken: index: the index at .qa was built with embedder 'all-MiniLM-L6-v2', configured is 'another'" in out


def test_lost_vectors_are_found_and_healed(indexed):
    from qa.library import Library
    from qa.store import Store

    library = Library(Path(".qa"))
    store = Store(library.chroma, write=True)
    store.delete(sorted(store.ids())[:2])
    code, out, _ = indexed("doctor")
    assert code == 1
    assert "broken: index: 2 passages are missing from Chroma; qa ingest adds them" in out
    code, out, _ = indexed("doctor", "--heal")
    assert code == 0, out


def test_the_page_gets_its_settings_from_the_command_line(qa, monkeypatch, tmp_path):
    from qa import web

    calls = []
    monkeypatch.setattr(web, "serve", lambda config, **options: calls.append((config, options)))
    assert qa("ui", str(tmp_path), "--host", "127.0.0.2", "--port", "0", "--model", "quote", "--no-browser")[0] == 0
    [(config, options)] = calls
    assert (config.host, config.port, config.model) == ("127.0.0.2", 0, "quote")
    assert options == {"documents": tmp_path, "browser": False}


def test_the_version_is_printed(qa):
    from qa import __version__

    assert qa("--version") == (0, f"qa {__version__}\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_can_complete_commands(shell):
    env = {**os.environ, "PYTHONPATH": str(ROOT), "_QA_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": "qa in"}
    env |= {"COMP_WORDS": "qa in", "COMP_CWORD": "1", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    script = "from qa.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", script], env=env, text=True, capture_output=True, check=False)
    assert "ingest" in done.stdout, done.stderr


@pytest.mark.parametrize("script", ["import qa", "from qa.cli import main; main(['--help'])"])
def test_help_and_import_load_nothing_heavy(script):
    script = f"import sys, atexit; atexit.register(lambda: print('LOADED', *sys.modules, file=sys.stderr))\n{script}"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=env, text=True, capture_output=True, check=True)
    loaded = done.stderr.split("LOADED")[1].split()
    assert not set(HEAVY) & set(loaded)
    assert "pydantic_settings" not in loaded, "it takes half of the time there is"


def test_help_names_every_command(qa):
    code, out, _ = qa("--help")
    assert code == 0
    for command in app.registered_commands:
        assert f" {command.name or command.callback.__name__} " in out
    assert " models " in out


def test_colour_is_never_written_to_a_pipe_nor_against_no_color(qa, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in qa("--help")[1]


def test_a_terminal_sees_the_bar_and_no_color_is_honoured(monkeypatch, capsys):
    from qa import cli

    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    event = Progress("read", "a\x1b[31m[b].txt", 1, 2)
    with cli._bar() as show:
        show(f"{event.stage} {event.document}", event.done, event.total)
    written = capsys.readouterr().err
    assert "read a\ufffd[31m[b].txt" in written
    assert not re.search(r"\x1b\[[\d;]*3\dm", written)


def test_the_real_thing_ingests_the_seeds_and_answers(tmp_path):
    env = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    env |= {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT), "QA_INDEX": str(tmp_path / "index")}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=env, cwd=tmp_path, text=True, capture_output=True, check=False)

    ingested = run(sys.executable, str(ROOT / "ingest.py"))
    assert (ingested.returncode, ingested.stderr) == (0, "")
    assert ingested.stdout.splitlines()[0] == "added      5"
    question = "Who accused Russia of betraying the Armenians of Karabakh?"
    asked = run(sys.executable, "-m", "qa", "ask", question, "--model", "quote", "--json")
    assert (asked.returncode, asked.stderr) == (0, "")
    answer = json.loads(asked.stdout)
    assert "Charles Michel" in answer["text"]
    for citation in answer["citations"]:
        text = (ROOT / "seeds" / citation["document"]).read_bytes().decode()
        assert text[citation["start"] : citation["end"]] == citation["quote"]
