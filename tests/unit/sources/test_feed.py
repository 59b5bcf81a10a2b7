"""The feed shape over real HTTP: what is listed, what is fetched again, and what hostile feeds get."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.errors import SourceChanged, Transient
from pipelines.io.guarded import Refused
from pipelines.sources.feed import Feed, plain
from pipelines.sources.pages import TRIES
from pipelines.sources.source import Pull, Source

START = datetime(2026, 3, 1, tzinfo=UTC)


def rss(*items: str) -> bytes:
    return ('<rss version="2.0"><channel><title>t</title><language>fr</language>' + "".join(items) + "</channel></rss>").encode()


def item(link: str, title: str = "T", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


@pytest.fixture
def source(server):
    return Source(
        name="desk_news", record="document", publisher="Desk", licence="quote", licence_note="", schedule="* * * * *", pause_seconds=0,
        expected=(1, 100), url=lambda _: server.url, connector=Feed(("feed.xml",)), is_local=True,
    )  # fmt: skip


@pytest.fixture
def pulled(server, client, source):
    """Pull once: records, counts, cursor (through JSON, as it is kept)."""

    def run(cursor=None, *, day=0.0, of=source):
        pull = Pull(of, client(), cursor or {}, url=server.url, headers={})
        pull.now = lambda: START + timedelta(days=day)
        records = list(pull)
        return records, {name: count for name, count in pull.counts.items() if count}, json.loads(json.dumps(pull.cursor))

    return run


def test_a_page_is_a_record_with_its_bytes_and_what_the_feed_said(server, pulled, answer):
    page = b"<html>\xff not even UTF-8</html>"
    server.on(
        "/feed.xml",
        answer(200, rss(item("/a.html?utm_source=x#top", "Terres &amp; rares", "<pubDate>Mon, 02 Mar 2026 08:00:00 +0100</pubDate>"))),
    )
    server.on("/a.html", answer(200, page, Content_Type="text/html; charset=utf-8", ETag='"v1"', Content_Language="fr"))
    [record], counts, _ = pulled()
    meta = dict(record.meta)
    assert meta.pop("fetched_at").endswith("+00:00")
    assert meta.pop("sha256")
    assert meta == {
        "title": "Terres & rares", "published": "Mon, 02 Mar 2026 08:00:00 +0100", "language": "fr", "feed": server.url + "/feed.xml",
        "url": server.url + "/a.html?utm_source=x", "status": 200, "etag": '"v1"', "charset": "utf-8",
    }  # fmt: skip
    assert (record.record, record.source, record.source_id, record.key, record.content_type, record.payload) == (
        "document", "desk_news", server.url + "/a.html", server.url + "/a.html", "text/html", page,
    )  # fmt: skip
    assert counts == {"listed": 1, "yielded": 1}


def test_a_second_pull_asks_by_validator_and_adds_nothing(server, pulled, conditional):
    server.on("/feed.xml", conditional(rss(item("/a.html")), '"f1"'))
    server.on("/a.html", conditional(b"text", '"v1"'))
    _, _, cursor = pulled()
    records, counts, again = pulled(cursor, day=0.01)
    assert (records, counts) == ([], {"unchanged": 1})
    assert again["feeds"] == cursor["feeds"]
    assert [headers["If-None-Match"] for _, headers in server.seen[-2:]] == ['"f1"', '"v1"']


def test_a_page_without_validators_is_told_by_its_bytes(server, pulled, answer):
    server.on("/feed.xml", answer(200, rss(item("/a.html"))))
    server.on("/a.html", answer(200, b"text"))
    _, _, cursor = pulled()
    assert pulled(cursor, day=0.01)[:2] == ([], {"listed": 1, "unchanged": 1})


def test_a_page_that_was_edited_is_a_record_again_though_the_feed_tells_nothing(server, pulled, conditional):
    server.on("/feed.xml", conditional(rss(item("/a.html"), item("/b.html")), '"f1"'))
    server.on("/a.html", conditional(b"old", '"v1"'), conditional(b"new", '"v2"'))
    server.on("/b.html", conditional(b"same", '"v1"'))
    first, _, cursor = pulled()
    second, counts, _ = pulled(cursor, day=0.01)
    assert [r.payload for r in first + second] == [b"old", b"same", b"new"]
    assert first[0].source_id == second[0].source_id
    assert counts == {"yielded": 1, "unchanged": 1}


def test_pages_are_asked_for_less_and_less_and_then_never(server, pulled, answer, conditional):
    server.on("/feed.xml", answer(200, rss(item("/a.html"))))
    server.on("/a.html", conditional(b"text", '"v1"'))
    cursor, asked = None, []
    for hour in range(0, 24 * 30, 6):
        before = len(server.paths)
        _, _, cursor = pulled(cursor, day=hour / 24)
        if "/a.html" in server.paths[before:]:
            asked.append(hour)
    assert asked == [0, 6, 12, 18, 30, 48, 72, 108, 162, 246]


def test_what_is_old_and_no_longer_listed_leaves_the_cursor(server, pulled, answer):
    server.on("/feed.xml", answer(200, rss(item("/a.html"), item("/b.html"))), answer(200, rss(item("/b.html"))))
    server.on("/a.html", answer(200, b"text a"))
    server.on("/b.html", answer(200, b"text b"))
    _, _, cursor = pulled()
    _, counts, cursor = pulled(cursor, day=20)
    assert (list(cursor["items"]), counts) == ([server.url + "/b.html"], {"listed": 1, "not_due": 1})


def test_an_item_of_two_feeds_is_fetched_once_and_one_by_two_addresses_twice(server, pulled, source, answer):
    server.on("/feed.xml", answer(200, rss(item("/a.html"))))
    server.on("/atom.xml", answer(200, rss(item("/a.html"), item("/a.html?utm_medium=feed"))))
    server.on("/a.html", answer(200, b"text"))
    records, counts, _ = pulled(of=replace(source, connector=Feed(("feed.xml", "atom.xml"))))
    assert ([(r.source_id, r.payload) for r in records], counts) == (
        [(server.url + "/a.html", b"text")] * 2, {"listed": 3, "repeated": 1, "yielded": 2},
    )  # fmt: skip


def test_a_page_that_is_gone_is_a_record_without_payload_once(server, pulled, answer):
    server.on("/feed.xml", answer(200, rss(item("/gone.html", "Gone"), item("/a.html"))))
    server.on("/a.html", answer(200, b"text"))
    records, counts, cursor = pulled()
    assert [(r.payload, r.meta.get("problem"), r.meta["title"]) for r in records] == [(b"", "status_404", "Gone"), (b"text", None, "T")]
    assert counts == {"listed": 2, "yielded": 2, "problems": 1}
    assert pulled(cursor, day=0.01)[:2] == ([], {"listed": 2, "unchanged": 2})


@pytest.mark.parametrize(("link", "problem"), [
    ("javascript:alert(1)", "scheme"), ("file:///etc/passwd", "scheme"), ("data:text/html,x", "scheme"),
    ("http://user:word@127.0.0.1/", "credentials"), ("http://127.0.0.1:22/", "port"), ("http://[::1", "url"),
    ("http://169.254.169.254/latest/", "foreign_host"), ("https://elsewhere.example/story", "foreign_host"),
])  # fmt: skip
def test_a_hostile_link_is_a_record_without_payload(server, pulled, answer, link, problem):
    server.on("/feed.xml", answer(200, rss(item(link))))
    [record], counts, _ = pulled()
    assert (record.payload, record.meta["problem"], counts["problems"]) == (b"", problem, 1)
    assert server.paths == ["/feed.xml"]


def test_a_page_that_redirects_to_another_host_is_not_taken(server, elsewhere, pulled, answer):
    server.on("/feed.xml", answer(200, rss(item("/a.html"))))
    server.on("/a.html", answer(302, Location=elsewhere.url.replace("127.0.0.1", "localhost") + "/x"))
    elsewhere.on("/x", answer(200, b"another publisher's text"))
    [record], _, _ = pulled()
    assert (record.payload, record.meta["problem"]) == (b"", "foreign_host")


@pytest.mark.parametrize(("markup", "text"), [
    ("<script>alert(1)</script>Neo <b>magnets</b>", "Neo magnets"), ("<img src=x onerror=alert(1)>T", "T"),
    ("NdPr < 60 $/kg", "NdPr < 60 $/kg"),
    ("a\x00b\u202e\n c", "a b c"), ("<<script>x</script>", "<"), ("稀土 &lt;氧化物&gt;", "稀土 <氧化物>"),
])  # fmt: skip
def test_titles_lose_markup_and_control_characters(markup, text):
    assert plain(markup) == text


def test_a_script_in_a_title_does_not_reach_the_record(server, pulled, answer):
    server.on("/feed.xml", answer(200, rss(item("/a.html", "&lt;script&gt;alert(1)&lt;/script&gt;Neo"))))
    server.on("/a.html", answer(200, b"text"))
    assert pulled()[0][0].meta["title"] == "Neo"


def test_a_feed_that_names_a_file_is_no_feed(server, pulled, answer):
    server.on("/feed.xml", answer(200, b"/etc/passwd"))
    with pytest.raises(SourceChanged, match="no feed"):
        pulled()


def test_a_feed_that_names_entities_and_files_is_harmless(server, pulled, answer):
    hostile = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel>' + item("/a.html", "a&x;b").encode()
    server.on("/feed.xml", answer(200, hostile + b"</channel></rss>"))
    server.on("/a.html", answer(200, b"text"))
    [record], _, _ = pulled()
    assert "root:" not in json.dumps(record.meta)


def test_a_web_page_in_the_place_of_a_feed_means_the_source_changed(server, pulled, answer):
    server.on("/feed.xml", answer(200, b"<!DOCTYPE html><html><body>We have moved</body></html>", Content_Type="text/html"))
    with pytest.raises(SourceChanged, match="no feed"):
        pulled()


def test_a_feed_that_is_gone_stops_the_source(pulled):
    with pytest.raises(Refused, match="answers 404"):
        pulled()


def test_a_feed_with_fewer_items_than_ever_stops_before_any_page(server, pulled, source, answer):
    server.on("/feed.xml", answer(200, rss(item("/a.html"))))
    with pytest.raises(SourceChanged, match="never to list fewer than 5"):
        pulled(of=replace(source, expected=(5, 10)))
    assert server.paths == ["/feed.xml"]


def test_a_feed_with_more_items_than_expected_is_taken_with_a_warning(server, pulled, source, answer, capsys):
    server.on("/feed.xml", answer(200, rss(item("/a.html"), item("/b.html"))))
    server.on("/a.html", answer(200, b"text a"))
    server.on("/b.html", answer(200, b"text b"))
    records, _, _ = pulled(of=replace(source, expected=(1, 1)))
    assert (len(records), "more_records_than_expected" in capsys.readouterr().out) == (2, True)


def test_a_page_that_cannot_be_had_now_is_kept_for_later_even_if_the_feed_drops_it(server, pulled, answer):
    server.on("/feed.xml", answer(200, rss(item("/a.html", "A"), item("/b.html"))), answer(200, rss(item("/b.html"))))
    server.on("/a.html", *[answer(503)] * 4, answer(200, b"text a"))
    server.on("/b.html", answer(200, b"text b"))
    first, counts, cursor = pulled()
    assert ([r.payload for r in first], counts["deferred"]) == ([b"text b"], 1)
    second, _, cursor = pulled(cursor, day=0.01)
    assert [(r.payload, r.meta["title"]) for r in second] == [(b"text a", "A")]


def test_a_page_that_can_never_be_had_is_told_once(server, pulled, answer):
    server.on("/feed.xml", answer(200, rss(item("/a.html"), item("/b.html"))))
    server.on("/a.html", answer(503))
    server.on("/b.html", answer(200, b"text b"))
    cursor, problems = None, []
    for number in range(TRIES + 2):
        records, _, cursor = pulled(cursor, day=number)
        problems.append([r.meta["problem"] for r in records if not r.payload])
    assert problems == [[]] * (TRIES - 1) + [["unreachable"], [], []]


def test_a_host_that_is_down_ends_the_pull(server, pulled, answer):
    server.on("/feed.xml", answer(200, rss(*[item(f"/{n}.html") for n in range(9)])))
    for n in range(9):
        server.on(f"/{n}.html", answer(503))
    with pytest.raises(Transient):
        pulled()
    assert set(server.paths) == {"/feed.xml", "/0.html", "/1.html", "/2.html"}


def test_a_pull_that_is_broken_off_is_taken_up_without_loss(server, client, source, pulled, conditional):
    pages = [f"/{n}.html" for n in range(5)]
    server.on("/feed.xml", conditional(rss(*map(item, pages)), '"f1"'))
    for page in pages:
        server.on(page, conditional(page.encode(), f'"{page}"'))
    broken = Pull(source, client(), {}, url=server.url, headers={})
    broken.now = lambda: START
    records = iter(broken)
    got = [next(records).payload, next(records).payload]
    kept = json.loads(json.dumps(broken.cursor))
    rest, _, _ = pulled(kept, day=0.01)
    assert got + [r.payload for r in rest] == [page.encode() for page in pages]
