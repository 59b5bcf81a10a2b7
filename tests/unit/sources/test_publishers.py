"""The bundled publishers: what a first and a second pull bring, and the service as a process."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from html import unescape
from pathlib import Path

import pytest

from infra.publishers import newsroom, statistics
from infra.publishers.editions import Editions
from infra.publishers.server import Publishers
from pipelines.settings import Settings
from pipelines.sources import SOURCES, source_named
from pipelines.sources.source import Pull

ROOT = Path(__file__).parents[3]


@pytest.fixture
def serve(tmp_path):
    """Start the publishers on a free port with one state folder; the last one started is stopped in the end."""
    running: list[Publishers] = []

    def stop():
        for server in running:
            server.shutdown()
            server.server_close()
        running.clear()

    def start(generated: int = 0) -> Settings:
        stop()
        server = Publishers(0, Editions(tmp_path), generated)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        running.append(server)
        return Settings(publisher_port=server.server_port)

    yield start
    stop()


def pull(name: str, settings: Settings, cursor: dict | None = None) -> tuple[list, Pull]:
    source = source_named(name)
    web = source.web(settings)
    web._sleep = web._pace._sleep = lambda _: None
    pulling = source.pull(web, cursor or {}, settings)
    return list(pulling), pulling


def test_the_newsroom_gives_all_pages_then_only_the_corrected_one_then_none(serve):
    settings = serve()
    first, pulling = pull("lodestream_newsroom", settings)
    second, again = pull("lodestream_newsroom", settings, pulling.cursor)
    third, _ = pull("lodestream_newsroom", settings, again.cursor)
    assert (len(first), len({(r.source_id, r.payload) for r in first}), pulling.counts["repeated"]) == (23, 22, 8)
    assert [r.source_id for r in first if not r.payload] == [f"{settings.publisher_url}/newsroom/{newsroom.EMPTY}.html"]
    [revised] = second
    assert (b"1,200 tonnes of concentrate" in first[0].payload, b"1,020 tonnes of concentrate" in revised.payload) == (True, True)
    assert (revised.source_id, third) == (first[0].source_id, [])


def test_the_statistics_service_gives_all_rows_then_only_the_revised_one_then_none(serve):
    settings = serve()
    first, pulling = pull("lodestream_statistics", settings)
    second, again = pull("lodestream_statistics", settings, pulling.cursor)
    third, _ = pull("lodestream_statistics", settings, again.cursor)
    rows = [json.loads(r.payload) for r in first]
    key = ":".join(str(part) for part in statistics.REVISED)
    assert (len(rows), len({r.source_id for r in first}), [r["cmdCode"] for r in rows if r["primaryValue"] < 0]) == (625, 624, ["850511"])
    assert ([r.source_id for r in second], third) == ([f"C/M/HS:{key}"], [])


def test_a_restart_keeps_the_edition(serve):
    pull("lodestream_newsroom", serve())
    settings = serve()
    urllib.request.urlopen(f"{settings.publisher_url}/newsroom/feed.xml").close()  # noqa: S310 -- our own server
    with urllib.request.urlopen(f"{settings.publisher_url}/health") as answer:  # noqa: S310 -- our own server
        assert json.load(answer)["newsroom"] == {"edition": 2, "articles": 21}


def test_made_up_pages_are_added_on_demand(serve):
    records, _ = pull("lodestream_newsroom", serve(generated=30))
    assert (len(records), len({r.source_id for r in records if "/generated-" in r.source_id})) == (53, 30)


@pytest.mark.parametrize("article", newsroom.articles(1), ids=lambda article: article.path)
def test_each_page_prints_its_text_whole(article):
    page = newsroom.page(article).decode(article.charset)
    main = re.search(r"<article>(.*)</article>", page, re.DOTALL)
    assert main is not None
    assert [unescape(line) for line in re.findall(r"<p>(.*?)</p>", main[1]) if not line.startswith("<time")] == list(article.paragraphs)


def test_all_figures_are_of_known_headings_and_plausible():
    prices = [row["primaryValue"] / row["netWgt"] / statistics.PRICES[row["cmdCode"]] for row in statistics.rows(1)]
    assert (min(p for p in prices if p > 0) > 0.9, max(prices) < 1.2, sum(p < 0 for p in prices)) == (True, True, 1)


@pytest.mark.parametrize("query", ["page=0", "page=x", "maxRecords=0"])
def test_a_wrong_query_is_answered_400(serve, query):
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(f"{serve().publisher_url}/statistics/data/v1/get/C/M/HS?{query}")  # noqa: S310 -- our own server


def test_the_service_starts_as_a_process_and_ends_by_signal(tmp_path):
    command = [sys.executable, "-m", "infra.publishers", "--port", "0", "--state", str(tmp_path / "state")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            url = process.stdout.readline().split()[1]
            with urllib.request.urlopen(url + "/health", timeout=5) as answer:  # noqa: S310 -- our own server
                assert json.load(answer)["status"] == "ok"
            port = url.rpartition(":")[2]
            taken = subprocess.run([*command[:4], port, *command[5:]], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
            assert (taken.returncode, f"cannot start on port {port}" in taken.stderr) == (1, True)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert (process.wait(10), time.monotonic() - began < 3) == (0, True)
        finally:
            process.kill()


def test_each_source_is_named_after_its_module_and_has_a_recording():
    for source in SOURCES:
        assert (ROOT / "pipelines" / "sources" / f"{source.name}.py").is_file()
        assert any((ROOT / "tests" / "recorded" / source.name).iterdir())
        assert len(source.schedule.split()) == 5
    assert len({source.name for source in SOURCES}) == len(SOURCES)
