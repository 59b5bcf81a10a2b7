"""Each source against its recorded answers: what a record of it looks like, without any server.

`tests/recorded/<source>/answers.json` lists what was answered; whatever else is asked for is answered 404.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pipelines.io.guarded import Refused
from pipelines.io.web import Answer
from pipelines.settings import Settings
from pipelines.sources import source_named

RECORDED = Path(__file__).parents[2] / "recorded"
RECORDED_AT = datetime(2026, 11, 23, tzinfo=UTC)


class RecordedWeb:
    """Answers from the folder of a source."""

    def __init__(self, folder: Path) -> None:
        self._answers = {}
        for entry in json.loads((folder / "answers.json").read_text(encoding="utf-8")):
            body = (folder / entry["body"]).read_bytes()
            self._answers[entry["url"]] = Answer(entry["url"], entry["status"], entry["headers"], body, RECORDED_AT)

    def get(self, url: str, *, etag=None, last_modified=None, accept="*/*", headers: Mapping[str, str] | None = None) -> Answer:
        if url not in self._answers:
            raise Refused("status_404", url, "was not recorded", "record it")
        return self._answers[url]


def recorded(name: str):
    settings = Settings()
    pull = source_named(name).pull(RecordedWeb(RECORDED / name), {}, settings)
    return pull, settings.publisher_url


def test_lodestream_newsroom():
    pull, base = recorded("lodestream_newsroom")
    records = list(pull)
    [page] = [record for record in records if record.payload]
    url = f"{base}/newsroom/zh/xitu-zhouping-104022519.html"
    assert (page.record, page.source, page.source_id, page.content_type) == ("document", "lodestream_newsroom", url, "text/html")
    assert page.payload == (RECORDED / "lodestream_newsroom" / "page.html").read_bytes()
    assert {name: page.meta[name] for name in ("url", "title", "language", "published", "charset", "feed", "fetched_at")} == {
        "url": url, "title": "【SMM稀土周评】镨钕金属持稳 氧化物小幅回落", "language": "zh",
        "published": "Fri, 13 Mar 2026 17:05:00 +0800", "charset": "gb18030", "feed": f"{base}/newsroom/feed.xml",
        "fetched_at": "2026-11-23T00:00:00+00:00",
    }  # fmt: skip
    assert dict(pull.counts) == {"listed": 31, "repeated": 8, "yielded": 23, "problems": 22}


def test_lodestream_statistics():
    pull, _ = recorded("lodestream_statistics")
    # As after a pull of all periods but one.
    offers = pull.source.connector._offered(pull)
    pull.cursor["periods"] = {period: {"checksum": offer.checksum, "rows": []} for period, offer in offers.items() if period != "202503"}
    records = list(pull)
    row = json.loads(records[0].payload)
    assert (records[0].source_id, row["reporterISO"], row["flowCode"], row["partnerISO"], row["cmdCode"], row["netWgt"] > 0) == (
        "C/M/HS:202503:156:842:X:280530", "CHN", "X", "USA", "280530", True,
    )  # fmt: skip
    assert dict(pull.counts) == {"listed": 625, "unchanged": 572, "yielded": 53, "problems": 0}
