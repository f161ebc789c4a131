"""The MCP server, as a process of its own, by the official client over its stdin and stdout."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters

import paperkin
from paperkin.api.agent_arguments import RelatedArguments, SearchArguments, arguments_from
from paperkin.index.errors import QueryError
from paperkin.search.library import Library
from small import PAPERS, write_papers

Ask = Callable[..., Any]


def _server(library: str) -> StdioServerParameters:
    command = [sys.executable, "-m", "paperkin.api.cli", "mcp", library]
    return StdioServerParameters(command=command[0], args=command[1:], env=dict(os.environ))


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="module")
def agent(portal: BlockingPortal, demo_library: Library) -> Iterator[Client]:
    with portal.wrap_async_context_manager(Client(_server(demo_library.path))) as client:
        yield client


@pytest.fixture(scope="module")
def ask(portal: BlockingPortal, agent: Client) -> Ask:
    """Calls a tool and gives its structured answer, which is that of the text as well."""

    def call(tool: str, **arguments: Any) -> Any:
        result = portal.call(agent.call_tool, tool, arguments)
        (text,) = result.content
        assert not result.is_error, text.text
        assert json.loads(text.text) == result.structured_content
        return result.structured_content

    return call


@pytest.fixture(scope="module")
def refused(portal: BlockingPortal, agent: Client) -> Ask:
    """Calls a tool and gives the words in which it refuses."""

    def call(tool: str, **arguments: Any) -> str:
        result = portal.call(agent.call_tool, tool, arguments)
        assert result.is_error
        assert result.structured_content is None
        (text,) = result.content
        return str(text.text)

    return call


def test_the_tools_describe_themselves(portal: BlockingPortal, agent: Client) -> None:
    tools = {each.name: each for each in portal.call(agent.list_tools).tools}
    assert list(tools) == ["search", "paper", "related", "recommend"]
    for tool in tools.values():
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.output_schema is not None
        assert "properties" in tool.output_schema
        assert tool.input_schema["additionalProperties"] is False
        for name, argument in tool.input_schema["properties"].items():
            assert "type" in argument or "anyOf" in argument or "enum" in argument, name
            assert argument["description"], name
            assert "title" not in argument, name
    search = tools["search"].input_schema
    assert search["required"] == ["query"]
    filters = {"year", "published", "venue", "category", "author", "source", "without"}
    assert filters <= set(search["properties"])
    years = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert search["properties"]["year"]["anyOf"][-1] == {"type": "array", "items": years}


def test_search_answers_as_the_library_does(ask: Ask, demo_library: Library) -> None:
    question = "how do bakers keep sourdough alive"
    answer = ask("search", query=question, k=3)
    hits = demo_library.search(question, 3)
    assert [each["id"] for each in answer["hits"]] == [hit.id for hit in hits]
    assert (answer["total"], answer["next"]) == (hits.total, 3)
    assert answer["verdict"] == hits.verdict
    first = answer["hits"][0]
    assert first["title"] == hits[0].title
    assert first["year"] == hits[0].paper.year
    assert first["authors"] == list(hits[0].paper.authors)
    assert first["confidence"] == pytest.approx(hits[0].confidence, abs=6e-4)
    assert "abstract" not in first
    assert "sentence" not in first


def test_pages_filters_abstracts_and_sentences(ask: Ask, demo_library: Library) -> None:
    question = "gravitational waves"
    hits = demo_library.search(question, 2, offset=2, mode="keyword", year="2015-", explain=True)
    answer = ask(
        "search",
        query=question,
        k=2,
        offset=2,
        mode="keyword",
        year="2015-",
        venue=None,
        abstracts=True,
        sentences=True,
    )
    assert [each["id"] for each in answer["hits"]] == [hit.id for hit in hits] != []
    assert answer["total"] == hits.total
    for each, hit in zip(answer["hits"], hits, strict=True):
        assert each["rank"] == hit.rank
        assert each["year"] >= 2015
        assert each["abstract"] == hit.paper.abstract
        assert each["sentence"] in each["abstract"]
    year = hits[0].paper.year
    only = ask("search", query=question, mode="keyword", year=[year, f"!{year + 1}"])
    assert {each["year"] for each in only["hits"]} == {year}
    left = ask("search", query=question, mode="keyword", without=hits[0].id, year="2015-")
    assert hits[0].id not in [each["id"] for each in left["hits"]]


def test_a_question_that_nothing_answers(ask: Ask) -> None:
    assert ask("search", query="stain removal for suede shoes")["verdict"] == "nothing"


def test_papers_whole(ask: Ask, demo_library: Library) -> None:
    first, second = list(demo_library)[:2]
    answer = ask("paper", ids=[first.id, second.id, first.id, "arXiv:0000.00000"])
    assert [each["id"] for each in answer["papers"]] == [first.id, second.id]
    assert answer["unknown"] == ["arXiv:0000.00000"]
    assert answer["papers"][0]["abstract"] == first.abstract
    assert answer["papers"][0]["authors"] == list(first.authors)
    assert ask("paper", ids=second.id)["papers"] == answer["papers"][1:]
    assert ask("paper", ids=json.dumps([second.id]))["papers"] == answer["papers"][1:]


def test_related_and_recommended(ask: Ask, demo_library: Library) -> None:
    first, other = (demo_library.search(each, 1)[0].id for each in ("sourdough", "dark matter"))
    related = ask("related", ids=first, k=4)
    assert [each["id"] for each in related["hits"]] == [
        hit.id for hit in demo_library.related(first, 4)
    ]
    assert "confidence" not in related["hits"][0]
    assert "verdict" not in related
    recommended = ask("recommend", like=[first, other], unlike="pk:none", k=5)
    hits = demo_library.recommend([first, other], k=5)
    assert [each["id"] for each in recommended["hits"]] == [hit.id for hit in hits]
    assert recommended["hits"][0]["because_of"] == list(hits[0].because_of)
    assert recommended["unknown"] == ["pk:none"]
    assert sorted(each for group in recommended["interests"] for each in group) == sorted(
        [first, other]
    )


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("paper", {"ids": "arXiv:0000.00000"}, "arXiv:0000.00000"),
        ("paper", {"ids": ["pk:a", "pk:b"]}, "No paper of the library has any of these 2 ids."),
        ("paper", {"ids": []}, "ids: List should have at least 1 item"),
        ("related", {"ids": "pk:none"}, "pk:none"),
        ("search", {"query": "  "}, "The query is empty. Say what the papers should be about."),
        ("search", {}, "The argument 'query' is missing."),
        ("search", {"query": "tea", "k": 0}, "k: Input should be greater than or equal to 1"),
        ("search", {"query": "tea", "k": 101}, "k: Input should be less than or equal to 100"),
        ("search", {"query": "tea", "journal": "x"}, "There is no argument 'journal'. The argu"),
        ("search", {"query": "tea", "mode": "best"}, "mode: Input should be 'hybrid', 'semantic'"),
        ("search", {"query": "tea", "year": "soon"}, "'soon' is no year or range of years."),
        ("search", {"query": "tea", "year": [True]}, "year.0: Input should be a valid string"),
        ("search", {"query": {"a": 1}}, "query: Input should be a valid string"),
        ("search", {"query": "tea", "offset": 10_000}, "10,000"),
        ("recommend", {"like": []}, "like: List should have at least 1 item"),
        ("recommend", {"like": "/etc/passwd"}, "/etc/passwd"),
        ("forget", {}, "There is no tool 'forget'. The tools are: search, paper, related"),
    ],
)
def test_what_cannot_be_done_is_said(
    refused: Ask, tool: str, arguments: dict[str, Any], reason: str
) -> None:
    assert reason in refused(tool, **arguments)


def test_calls_at_once(portal: BlockingPortal, agent: Client, demo_library: Library) -> None:
    questions = ["sourdough starters", "dark matter", "coastal erosion", "old violins"]
    found: dict[str, str] = {}

    async def one(question: str) -> None:
        result = await agent.call_tool("search", {"query": question, "k": 1})
        found[question] = result.structured_content["hits"][0]["id"]

    async def all_of_them() -> None:
        async with anyio.create_task_group() as together:
            for question in questions:
                together.start_soon(one, question)

    portal.call(all_of_them)
    assert found == {each: demo_library.search(each, 1)[0].id for each in questions}


def test_a_library_that_is_written_to(tmp_path: Path, portal: BlockingPortal) -> None:
    """The server answers while another process holds the lock, and knows at once what came; an
    older client's handshake is understood."""
    folder = tmp_path / "library"
    with paperkin.build(folder, write_papers(tmp_path / "some.jsonl", PAPERS[:2])) as library:
        server = Client(_server(str(folder)), mode="legacy")
        with portal.wrap_async_context_manager(server) as client:
            asked = {"query": "umbrella", "mode": "keyword"}
            with library.store.lock:
                before = portal.call(client.call_tool, "search", asked)
            assert before.structured_content["hits"] == []
            library.add(write_papers(tmp_path / "more.jsonl", PAPERS[-1:]))
            after = portal.call(client.call_tool, "search", asked)
            assert [each["title"] for each in after.structured_content["hits"]] == [
                "A short history of the umbrella"
            ]


def test_stdout_holds_messages_alone(small_library: Library, paperkin_command: list[str]) -> None:
    """A raw conversation, with lines that are none of the protocol's among it."""
    client = {"name": "test", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    asked = {"name": "search", "arguments": {"query": "marsh", "mode": "keyword", "k": 1}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked},
    ]
    with subprocess.Popen(
        [*paperkin_command, "mcp", small_library.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write("this is no JSON\n\n[1, 2]\n")
        for message in messages:
            server.stdin.write(json.dumps(message) + "\n")
        server.stdin.flush()
        answers: dict[int, Any] = {}
        while 2 not in answers:
            said = json.loads(server.stdout.readline())
            assert said["jsonrpc"] == "2.0"
            answers[said.get("id")] = said
        out, _ = server.communicate(timeout=60)
    assert out == ""
    assert server.returncode == 0
    assert answers[1]["result"]["serverInfo"]["name"] == "paperkin"
    assert answers[2]["result"]["structuredContent"]["hits"][0]["title"].startswith("Salt marshes")


def test_no_library_and_no_package(tmp_path: Path, paperkin_command: list[str]) -> None:
    none = [*paperkin_command, "mcp", str(tmp_path / "none")]
    done = subprocess.run(none, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("paperkin: There is no library at")
    program = (
        "import sys; sys.modules['mcp'] = sys.modules['mcp_types'] = None\n"
        "from paperkin.api.cli import main; sys.exit(main(['mcp', 'mylib']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert "pip install 'paperkin[mcp]'" in done.stderr


def test_arguments_as_models_send_them() -> None:
    asked = arguments_from(
        SearchArguments,
        {"query": "tea", "k": "5", "year": [2020, "2022-"], "author": '["wei", "li"]'},
    )
    assert (asked.k, asked.year, asked.author) == (5, ["2020", "2022-"], ["wei", "li"])
    assert asked.options()["venue"] == []
    assert arguments_from(RelatedArguments, {"ids": "[not json"}).ids == ["[not json"]
    with pytest.raises(QueryError, match=r"There is no argument 'limit'\. The arguments are: k, "):
        arguments_from(RelatedArguments, {"ids": "pk:a", "limit": 3})
