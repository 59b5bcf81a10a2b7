"""The paged JSON shape over real HTTP."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from pipelines.errors import SourceChanged, Transient
from pipelines.sources.paged_json import PagedJson
from pipelines.sources.source import Pull, Source

PLACE = "/data/v1/get/C/M/HS"
OFFERS = "/data/v1/getDa/C/M/HS"
ID = ("period", "reporterCode", "cmdCode")


class Service:
    """Rows by period as JSON text; pages and checksums follow from them."""

    def __init__(self, server):
        self.rows: dict[str, list[bytes]] = {}
        self.server = server
        server.on(OFFERS, self._offers)
        server.on(PLACE, self._page)

    def _offers(self, handler):
        data = [
            {"period": int(period), "reporterCode": 156, "totalRecords": len(rows), "datasetChecksum": hash(tuple(rows))}
            for period, rows in self.rows.items()
        ]
        handler.say(200, json.dumps({"data": data}).encode(), Content_Type="application/json")

    def _page(self, handler):
        query = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        rows, size, page = self.rows[query["period"]], int(query["maxRecords"]), int(query["page"])
        part = rows[(page - 1) * size : page * size]
        handler.say(200, b'{"count": %d, "data": [%s]}' % (len(rows), b", ".join(part)), Content_Type="application/json")


def row(period: str, code: str, value: str = "1.50") -> bytes:
    # Blanks, a trailing zero and an escape: what a parser and printer would change.
    return f'{{"period":"{period}",  "reporterCode": 156, "cmdCode": "{code}", "v": {value}, "d": "\\u7a00"}}'.encode()


@pytest.fixture
def service(server):
    found = Service(server)
    found.rows = {"202501": [row("202501", str(n)) for n in range(5)], "202502": [row("202502", "0")]}
    return found


@pytest.fixture
def begin(server, client):
    def run(cursor=None, **connector):
        source = Source(
            name="office_trade", record="trade_flow", publisher="Office", licence="full_text", licence_note="", schedule="0 0 * * *",
            pause_seconds=0, expected=(2, 100), url=lambda _: server.url, connector=PagedJson("C/M/HS", ID, **{"page_rows": 2} | connector),
        )  # fmt: skip
        return Pull(source, client(), cursor or {}, url=server.url, headers={"Ocp-Apim-Subscription-Key": "key-1"})

    return run


@pytest.fixture
def pulled(begin):
    def run(cursor=None, **connector):
        pull = begin(cursor, **connector)
        records = list(pull)
        return records, {name: count for name, count in pull.counts.items() if count}, json.loads(json.dumps(pull.cursor))

    return run


def test_each_row_is_a_record_with_its_own_text(server, service, pulled):
    records, counts, _ = pulled()
    assert [r.payload for r in records] == service.rows["202501"] + service.rows["202502"]
    assert [r.source_id for r in records][-2:] == ["C/M/HS:202501:156:4", "C/M/HS:202502:156:0"]
    assert ({(r.record, r.content_type, r.meta["period"][:4]) for r in records}, counts) == (
        {("trade_flow", "application/json", "2025")}, {"listed": 6, "yielded": 6},
    )  # fmt: skip
    assert [headers["Ocp-Apim-Subscription-Key"] for path, headers in server.seen if path != "/robots.txt"] == ["key-1"] * 5


def test_what_has_not_changed_is_not_asked_for(server, service, pulled):
    _, _, cursor = pulled()
    before = len(server.paths)
    assert pulled(cursor)[:2] == ([], {"listed": 6, "unchanged": 6})
    assert server.paths[before:] == [OFFERS]


@pytest.mark.parametrize("remembered", [5000, 3])
def test_a_revised_row_and_a_new_period_are_records(service, pulled, remembered):
    _, _, cursor = pulled(remembered_rows=remembered)
    service.rows["202501"][3] = row("202501", "3", "2.75")
    service.rows["202503"] = [row("202503", "0")]
    records, _, _ = pulled(cursor, remembered_rows=remembered)
    # A period too large to be remembered by row is given whole.
    revised = service.rows["202501"] if remembered == 3 else [service.rows["202501"][3]]
    assert [r.payload for r in records] == revised + service.rows["202503"]


def test_a_row_given_twice_is_two_records_with_one_key(service, pulled):
    service.rows["202502"] *= 2
    records, _, _ = pulled()
    assert [(r.source_id, r.payload) for r in records[-2:]] == [("C/M/HS:202502:156:0", row("202502", "0"))] * 2


@pytest.mark.parametrize(
    "odd", [b'{"period": "202502"}', b"[1, 2]", b"null", b'"text"', b'{"period": {}, "reporterCode": 1, "cmdCode": 2}']
)
def test_a_row_without_its_key_travels_on_to_be_judged(service, pulled, odd):
    service.rows["202502"] = [odd]
    record = pulled()[0][-1]
    assert (record.payload, record.source_id[:11]) == (odd, "urn:sha256:")


def test_a_period_that_comes_empty_means_the_source_changed(server, service, pulled, answer):
    server.on(PLACE, answer(200, b'{"count": 0, "data": []}'))
    with pytest.raises(SourceChanged, match=r"202501 was announced with 5 rows, and answers empty"):
        pulled()


def test_a_period_that_ends_early_means_the_source_changed(server, service, pulled, answer):
    server.on(PLACE, answer(200, b'{"count": 5, "data": [{}, {}]}'), answer(200, b'{"count": 5, "data": []}'))
    with pytest.raises(SourceChanged, match="ends after 2 of 5 rows"):
        pulled()


def test_a_period_that_disappears_means_the_source_changed(service, pulled):
    _, _, cursor = pulled()
    del service.rows["202502"]
    with pytest.raises(SourceChanged, match="no longer has 202502"):
        pulled(cursor)


def test_fewer_rows_than_ever_mean_the_source_changed(server, service, pulled):
    service.rows = {"202501": [row("202501", "0")]}
    with pytest.raises(SourceChanged, match="never to list fewer than 2"):
        pulled()
    assert server.paths == [OFFERS]


@pytest.mark.parametrize("body", [b"Please try later", b"", b"[]", b'{"data": null}', b'{"count": "many", "data": []}', b"[" * 200_000,
                                  b'{"count": 1, "data": [' + b"[" * 100_000, b'{"count": NaN, "data": []}', b"\xff\xfe"])  # fmt: skip
def test_an_answer_in_another_form_means_the_source_changed(server, service, pulled, answer, body):
    server.on(PLACE, answer(200, body))
    with pytest.raises(SourceChanged, match="in another form"):
        pulled()


def test_a_limit_that_is_told_as_text_is_kept_to(server, service, pulled, client, answer):
    server.on(PLACE, answer(429, b"Rate limit is exceeded. Try again in 2 seconds.", Retry_After="2"), service._page)
    assert len(pulled()[0]) == 6
    assert client.slept[0] >= 2


def test_a_service_that_stays_limited_is_transient(server, service, pulled, answer):
    server.on(PLACE, answer(429, b"Rate limit is exceeded."))
    with pytest.raises(Transient):
        pulled()


def test_a_pull_that_is_broken_off_inside_a_period_reads_that_period_again(service, begin, pulled):
    broken = begin()
    records = iter(broken)
    got = [next(records).payload for _ in range(3)]
    assert broken.cursor["periods"] == {}
    rest, _, _ = pulled(broken.cursor)
    assert set(got) | {r.payload for r in rest} == set(service.rows["202501"] + service.rows["202502"])
