"""Quarantine as a product, on a real broker and store: what was rejected is found, sent again once, or let go."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from kafka import KafkaAdminClient, TopicPartition
from typer.testing import CliRunner

import pipelines.validate
from pipelines import transforming
from pipelines.cli import app
from pipelines.decode import decode
from pipelines.errors import ConfigurationError, NeedsPerson, Transient
from pipelines.flow import quarantine, raw
from pipelines.io.replays import ReplayWriter
from pipelines.messages import Rejection
from pipelines.quarantine import Selection, counts, entries, entry
from pipelines.replay import Outcome, decide, decide_as_asked
from pipelines.settings import Settings
from pipelines.sources.raw import Raw
from tests.stack.feed import FETCHED_AT, accounted, document, id_of, in_topic, publish, refine, rows, trade_flow
from tests.stack_fixture import TestStack

pytestmark = pytest.mark.stack
BROKEN = -1.0


def of(source: str) -> Selection:
    return Selection(source=(source,))


def statuses(settings: Settings, source: str) -> list[tuple[int, str]]:
    """(attempt, status) of a source's quarantined records, the first attempt first."""
    return sorted((row["attempt"], row["status"]) for row in entries(settings, of(source)))


def done(outcome: Outcome) -> tuple[dict[str, int], dict[str, int], int]:
    return dict(outcome.done), dict(outcome.skipped), len(outcome.refused)


def enrich_fails(verb: str) -> transforming.Function:
    """The functions of the stages, of which enrich has met what no rule foresaw."""

    def failing(*_: object) -> list[bytes | Rejection]:
        raise ValueError("a text that no rule foresaw")

    return failing if verb == "enrich" else pipelines.validate.validate


@pytest.fixture
def broken(settings: Settings) -> Callable[[str], Raw]:
    """A figure of its own source that lies in quarantine."""

    def make(source: str) -> Raw:
        record = trade_flow(source, 1, BROKEN)
        publish(settings, [record])
        refine(settings, "trade_flow")
        return record

    return make


def test_a_record_that_passes_after_its_rule_was_mended_is_landed_and_counted_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [trade_flow("mended_rule", 1), trade_flow("mended_rule", 2)]
    publish(settings, records)

    def cannot_read_the_first(record: Raw) -> dict[str, Any]:
        if record.source_id == records[0].source_id:
            raise ValueError("a form that is not known yet")
        return decode(record)

    with monkeypatch.context() as patched:
        patched.setattr(pipelines.validate, "decode", cannot_read_the_first)
        refine(settings, "trade_flow")
    assert [(r["rule"], r["status"]) for r in entries(settings, of("mended_rule"))] == [("is_readable", "waiting")]

    assert done(decide(settings, "replayed", of("mended_rule"), "the form is known now")) == ({"is_readable": 1}, {}, 0)
    refine(settings, "trade_flow")

    landed = rows(settings, "SELECT trade_flow_id, revision FROM trade_flows WHERE source = 'mended_rule'")
    assert sorted((r["trade_flow_id"], r["revision"]) for r in landed) == sorted((id_of(r), 1) for r in records)
    wanted = {"pulled": 2, "replayed": 1, "validated": 2, "enriched": 2, "landed": 2, "rejected": 1}
    assert accounted(settings, "mended_rule") == wanted
    assert wanted["pulled"] + wanted["replayed"] == wanted["landed"] + wanted["rejected"]
    assert statuses(settings, "mended_rule") == [(1, "replayed")]
    kept = rows(settings, "SELECT decision, attempt, note FROM decisions WHERE source = 'mended_rule'")
    assert kept == [{"decision": "replayed", "attempt": 2, "note": "the form is known now"}]


def test_a_replay_carries_the_bytes_key_and_headers_of_the_first_delivery_and_the_next_attempt(
    settings: Settings, broken: Callable[[str], Raw]
) -> None:
    broken("same_bytes")
    decide(settings, "replayed", of("same_bytes"))
    first, second = in_topic(settings, raw("trade_flow"), "same_bytes")
    assert (second.value, second.key, second.partition) == (first.value, first.key, first.partition)
    before, after = dict(first.headers), dict(second.headers)
    found = entries(settings, of("same_bytes"))[0]
    assert after == before | {"ce_attempt": b"2", "ce_replayof": found["quarantine_id"].encode()}


def test_what_enrich_rejected_is_replayed_from_its_raw_record(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    record = document("fails_late", 1)
    publish(settings, [record])

    with monkeypatch.context() as patched:
        patched.setattr(transforming, "function_of", enrich_fails)
        refine(settings, "document")
    assert [(r["stage"], r["rule"]) for r in entries(settings, of("fails_late"))] == [("enrich", "stage_failed")]

    assert done(decide(settings, "replayed", of("fails_late"))) == ({"stage_failed": 1}, {}, 0)
    refine(settings, "document")
    first, second = in_topic(settings, raw("document"), "fails_late")
    assert second.value == first.value
    assert [r["document_id"] for r in rows(settings, "SELECT document_id FROM documents WHERE source = 'fails_late'")] == [id_of(record)]
    sums = accounted(settings, "fails_late")
    assert sums == {"pulled": 1, "replayed": 1, "validated": 2, "enriched": 1, "landed": 1, "rejected": 1}


def test_a_large_payload_is_shown_by_its_address_and_replayed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    small = settings.model_copy(update={"record_bytes": 20_000})
    record = document("large_pages", 1, "Lynas opened its separation plant in Kuantan in 2012. " * 1000)
    publish(small, [record])
    with monkeypatch.context() as patched:
        patched.setattr(pipelines.validate, "decode", lambda _: {})
        refine(small, "document")
    found = entries(small, of("large_pages"))[0]
    assert (entry(small, found["quarantine_id"])["payload"][:7], entry(small, found["quarantine_id"])["body"]) == ("claims/", None)
    decide(small, "replayed", of("large_pages"))
    refine(small, "document")
    landed = rows(settings, "SELECT document_id, length(text) > 20000 AS is_whole FROM documents WHERE source = 'large_pages'")
    assert landed == [{"document_id": id_of(record), "is_whole": True}]


def test_a_replay_that_is_repeated_sends_nothing_before_and_after_its_decision_landed(
    settings: Settings, broken: Callable[[str], Raw]
) -> None:
    broken("repeated_replay")
    assert done(decide(settings, "replayed", of("repeated_replay"))) == ({"between": 1}, {}, 0)
    assert done(decide(settings, "replayed", of("repeated_replay"))) == ({}, {"replayed": 1}, 0)
    refine(settings, "trade_flow")
    # It broke the rule again, so there is a second attempt to decide about; the first stays decided.
    assert statuses(settings, "repeated_replay") == [(1, "replayed"), (2, "waiting")]
    assert done(decide(settings, "replayed", of("repeated_replay"))) == ({"between": 1}, {"replayed": 1}, 0)
    assert len(in_topic(settings, raw("trade_flow"), "repeated_replay")) == 3


@pytest.mark.parametrize("is_committed", [False, True])
def test_a_replay_that_dies_at_its_commit_sends_the_record_exactly_once(
    settings: Settings, broken: Callable[[str], Raw], monkeypatch: pytest.MonkeyPatch, is_committed: bool
) -> None:
    source = f"dies_{'after' if is_committed else 'before'}"
    broken(source)
    whole = ReplayWriter.commit

    def dying(writer: ReplayWriter) -> None:
        if is_committed:
            whole(writer)
        else:
            writer.flush()
        raise Transient("gone")

    with monkeypatch.context() as patched:
        patched.setattr(ReplayWriter, "commit", dying)
        with pytest.raises(Transient):
            decide(settings, "replayed", of(source))
    assert statuses(settings, source) == [(1, "replayed" if is_committed else "waiting")]
    decide(settings, "replayed", of(source))
    assert len(in_topic(settings, raw("trade_flow"), source)) == 2
    assert len(in_topic(settings, quarantine("trade_flow"), source)) == 2  # the rejected record and one decision


def test_a_record_is_not_replayed_over_the_limit(settings: Settings, broken: Callable[[str], Raw]) -> None:
    limited = settings.model_copy(update={"replay_limit": 2})
    broken("over_the_limit")
    for _ in range(2):
        assert done(decide(limited, "replayed", of("over_the_limit")))[0] == {"between": 1}
        refine(limited, "trade_flow")
    outcome = decide(limited, "replayed", of("over_the_limit"))
    assert done(outcome) == ({}, {"replayed": 2}, 1)
    assert "sent again 2 times, LODESTREAM_REPLAY_LIMIT is 2" in next(iter(outcome.refused.values()))
    assert statuses(limited, "over_the_limit") == [(1, "replayed"), (2, "replayed"), (3, "waiting")]
    assert len(in_topic(settings, raw("trade_flow"), "over_the_limit")) == 3


def test_a_discarded_record_stays_to_be_seen_and_is_not_replayed(settings: Settings, broken: Callable[[str], Raw]) -> None:
    broken("let_go")
    assert done(decide(settings, "discarded", of("let_go"), "a test figure")) == ({"between": 1}, {}, 0)
    assert done(decide(settings, "replayed", of("let_go"))) == ({}, {"discarded": 1}, 0)
    refine(settings, "trade_flow")
    assert statuses(settings, "let_go") == [(1, "discarded")]
    found = entries(settings, of("let_go"))[0]
    decision = entry(settings, found["quarantine_id"])["decision"]
    assert (decision["decision"], decision["note"]) == ("discarded", "a test figure")
    assert accounted(settings, "let_go") == {"pulled": 1, "rejected": 1}


def test_what_retention_took_is_refused_by_name_and_the_rest_is_replayed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(settings, [document("taken", 1)])

    with monkeypatch.context() as patched:
        patched.setattr(transforming, "function_of", enrich_fails)
        refine(settings, "document")
    place = in_topic(settings, raw("document"), "taken")[0]
    admin = KafkaAdminClient(bootstrap_servers=settings.brokers)
    admin.delete_records({TopicPartition(raw("document"), place.partition): place.offset + 1})
    admin.close()
    outcome = decide(settings, "replayed", of("taken"))
    assert done(outcome) == ({}, {}, 1)
    assert "is gone: the topic begins at" in next(iter(outcome.refused.values()))
    assert statuses(settings, "taken") == [(1, "waiting")]


def test_a_selection_is_by_source_rule_stage_time_and_id(settings: Settings, broken: Callable[[str], Raw]) -> None:
    broken("chosen")
    found = entries(settings, of("chosen"))
    assert len(found) == 1
    yes = [
        Selection(source=("chosen",), rule=("between",), stage=("validate",)),
        Selection(ids=(found[0]["quarantine_id"],)),
        Selection(source=("chosen",), since=FETCHED_AT, until=FETCHED_AT + timedelta(seconds=1)),
    ]
    no = [
        Selection(source=("chosen",), rule=("length",)),
        Selection(source=("chosen",), stage=("land",)),
        Selection(source=("chosen",), until=FETCHED_AT),
        Selection(source=("chosen",), since=FETCHED_AT + timedelta(seconds=1)),
    ]
    assert [entries(settings, which) for which in yes] == [found] * 3
    assert [entries(settings, which) for which in no] == [[]] * 4
    sums = counts(settings, of("chosen"))
    assert [(c["stage"], c["rule"], c["waiting"], c["replayed"], c["discarded"]) for c in sums] == [("validate", "between", 1, 0, 0)]


def test_parameters_of_a_dag_choose_in_words(settings: Settings, broken: Callable[[str], Raw]) -> None:
    broken("by_words")
    asked: dict[str, Any] = {
        "decision": "discarded", "source": ["by_words"], "rule": [], "stage": [], "ids": [], "since": "2026-05-04T12:00:00Z",
        "until": None, "everything": False, "note": "",
    }  # fmt: skip
    with pytest.raises(ConfigurationError, match="nothing is selected"):
        decide_as_asked(settings, asked | {"source": [], "since": None})
    with pytest.raises(ConfigurationError, match="since is no time"):
        decide_as_asked(settings, asked | {"since": "yesterday"})
    assert done(decide_as_asked(settings, asked)) == ({"between": 1}, {}, 0)


def test_the_commands_list_show_and_decide(
    stack: TestStack, settings: Settings, broken: Callable[[str], Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    record = broken("by_command")
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    run = CliRunner().invoke
    listed = run(app, ["quarantine", "list", "--source", "by_command", "--json"])
    found = json.loads(listed.stdout)["records"][0]
    assert (found["record_id"], found["field"], found["value"], found["status"]) == (id_of(record), "value_usd", "-1.0", "waiting")
    shown = run(app, ["quarantine", "show", found["quarantine_id"]]).stdout
    assert "value_usd: between (-1.0)" in shown
    assert record.source_id in shown
    assert isinstance(run(app, ["quarantine", "replay"]).exception, ConfigurationError)
    assert isinstance(run(app, ["quarantine", "show", "nothing"]).exception, NeedsPerson)
    discarded = run(app, ["quarantine", "discard", "--id", found["quarantine_id"], "--json"])
    assert json.loads(discarded.stdout)["by_rule"] == {"between": 1}
    assert "by_command" in run(app, ["quarantine", "list", "--status", "discarded", "--since", "2026-05-01"]).stdout
