"""Each protection taken out: the oracle must complain, so that a fault test that is green says something."""

import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from kafka import KafkaAdminClient

from pipelines.flow import STAGES, clean
from pipelines.io.topics import Topics, client_options
from pipelines.positions import rewind
from tests.faults import oracle
from tests.faults.trial import Trial, prepare, until
from tests.faults.worker import EXIT_NEEDS_PERSON
from tests.stack_fixture import TestStack

pytestmark = pytest.mark.stack
Own = Callable[..., Trial]
VALIDATE, ENRICH, LAND = "validate.document", "enrich.document", "land.document"
SMALL = {"batch_records": 10, "commit_records": 20}


@pytest.fixture(scope="module")
def spoilt_stack() -> Iterator[TestStack]:
    """A stack on which nothing need hold any more."""
    with TestStack() as stack:
        prepare(stack.supervisor.settings)
        yield stack


@pytest.fixture
def spoilt(spoilt_stack: TestStack, request: pytest.FixtureRequest) -> Iterator[Trial]:
    made = Trial(spoilt_stack, request.node.name.removeprefix("test_").split("[")[0])
    yield made
    made.close()


def _has(trial: Trial, *words: str) -> bool:
    """Whether the oracle complains in these words."""
    found = trial.complaints()
    print(trial.name, found)
    return any(all(word in complaint for word in words) for complaint in found)


def test_without_the_check_of_origins_a_repetition_is_quarantined_and_counted_twice(spoilt: Trial) -> None:
    spoilt.feed(40, bad=10)
    assert spoilt.start(VALIDATE, at="after_flush").wait() == -signal.SIGKILL
    spoilt.settle(removed=("origin check",))
    assert _has(spoilt, "too many in quarantine")
    assert _has(spoilt, "the accounting says")


def test_without_the_look_up_of_keys_a_cleared_pull_lands_twice(spoilt: Trial) -> None:
    spoilt.feed(40)
    spoilt.settle()
    spoilt.again(20)
    spoilt.settle(removed=("index look-up",))
    assert _has(spoilt, "contents landed more than once")


def test_without_origins_and_look_up_a_repetition_lands_twice(own: Own) -> None:
    spoilt = own()
    spoilt.feed(16)
    assert spoilt.start(VALIDATE).wait() == 0
    rewind(spoilt.settings, VALIDATE)
    spoilt.settle(removed=("decider's origins", "index look-up"), settings={"batch_records": 4, "commit_records": 4})
    assert _has(spoilt, "contents landed more than once")


def test_without_catching_up_the_index_a_crash_before_it_lets_duplicates_land(spoilt: Trial) -> None:
    spoilt.feed(40)
    spoilt.transform()
    assert spoilt.start(LAND, at="before_index").wait() == -signal.SIGKILL
    spoilt.again(20)
    spoilt.settle(removed=("index catch-up",))
    assert _has(spoilt, "contents landed more than once")


def test_without_the_snapshot_of_the_index_a_lander_with_an_old_view_lands_documents_without_mentions(spoilt: Trial) -> None:
    spoilt.feed(40)
    spoilt.transform()
    late = spoilt.start(LAND, at="after_reached", deed="stop", removed=("index at the table's snapshot",))
    late.wait_stopped()
    early = spoilt.start(LAND, at="before_dependants", deed="stop")
    early.wait_stopped()
    for lander in (late, early):
        lander.send(signal.SIGCONT)
        lander.wait()
    assert _has(spoilt, "mentions")


def test_with_the_librarys_own_retries_a_paused_lander_lands_what_its_successor_landed(spoilt: Trial) -> None:
    spoilt.feed(40)
    spoilt.transform()
    zombie = spoilt.start(LAND, at="after_metadata", deed="stop", removed=("no retries of the library",))
    zombie.wait_stopped()
    spoilt.settle()
    zombie.send(signal.SIGCONT)
    zombie.wait()
    assert _has(spoilt, "contents landed more than once")


def test_without_comparing_where_the_table_stands_a_paused_lander_lands_twice(spoilt: Trial) -> None:
    spoilt.feed(40)
    spoilt.transform()
    zombie = spoilt.start(LAND, at="before_documents", deed="stop", removed=("stale writer check",))
    zombie.wait_stopped()
    spoilt.settle()
    zombie.send(signal.SIGCONT)
    zombie.wait()
    assert _has(spoilt, "contents landed more than once")


def test_without_looking_up_an_unknown_outcome_a_commit_lands_twice(spoilt: Trial) -> None:
    spoilt.feed(40)
    spoilt.transform()
    lost = {"hindered": ("catalog lost answer",), "options": {"times": 1}}
    spoilt.start(LAND, removed=("stale writer check",), **lost).wait()
    assert _has(spoilt, "contents landed more than once")


def test_without_merging_by_maximum_offsets_go_back(spoilt: Trial) -> None:
    spoilt.feed(60)
    spoilt.transform()
    assert spoilt.start(LAND, at="before_dependants").wait() == -signal.SIGKILL
    spoilt.start(LAND, removed=("maximum merge",), settings=SMALL).wait()
    assert _has(spoilt, "documents", "went back")


def test_without_the_flush_before_the_offsets_are_committed_records_are_lost(spoilt: Trial) -> None:
    spoilt.feed(40)
    killed = spoilt.start(VALIDATE, at="after_offset_commit", removed=("flush before commit",), hindered=("lazy client",))
    assert killed.wait() == -signal.SIGKILL
    spoilt.settle()
    assert _has(spoilt, "missing in documents")


def test_with_an_offset_reset_a_lost_offset_skips_records_in_silence(spoilt: Trial) -> None:
    spoilt.feed(40)
    admin = KafkaAdminClient(**client_options(spoilt.settings))
    until(lambda: not _has_members(admin), 30, pause=0.5)
    admin.delete_groups([VALIDATE])
    admin.close()
    assert spoilt.start(VALIDATE, removed=("no offset reset",)).wait() == 0
    spoilt.settle()
    assert _has(spoilt, "missing in documents")


def _has_members(admin: KafkaAdminClient) -> bool:
    return bool(admin.describe_groups([VALIDATE])[VALIDATE].get("members"))


def test_without_the_topics_id_a_topic_made_anew_is_skipped_in_silence(own: Own) -> None:
    trial = own()
    trial.feed(40)
    trial.settle()
    admin = KafkaAdminClient(**client_options(trial.settings))
    admin.delete_topics([clean("document")])
    until(lambda: clean("document") not in admin.list_topics(), 20)
    admin.close()
    prepare(trial.settings)
    trial.feed(120)
    trial.start(removed=("topic id",)).wait()
    assert _has(trial, "missing in documents")


def test_a_client_that_never_returns_ends_the_worker_at_its_deadline_and_without_one_it_hangs(spoilt: Trial) -> None:
    spoilt.feed(20)
    task = {"hindered": ("hanging client",), "settings": {"deadline_seconds": 8.0}}
    begin = time.monotonic()
    ended = spoilt.start(VALIDATE, **task)
    assert ended.wait(60) == 75, ended.log[-2000:]
    took = time.monotonic() - begin
    hanging = spoilt.start(VALIDATE, removed=("deadline",), **task)
    hanging.process.join(took + 8)
    assert hanging.process.exitcode is None
    hanging.kill()
    spoilt.settle()


def test_a_batch_that_the_client_gives_up_ends_the_worker_before_the_next_one_is_sent(spoilt: Trial) -> None:
    spoilt.feed(60)
    ended = spoilt.start(VALIDATE, hindered=("expired batch",))
    assert ended.wait() == 75, ended.log[-2000:]
    spoilt.settle()
    assert not _has(spoilt, "missing")


def test_without_ending_the_worker_a_batch_that_was_given_up_is_lost(spoilt: Trial) -> None:
    spoilt.feed(60)
    spoilt.start(VALIDATE, hindered=("expired batch",), removed=("no gap",)).wait()
    spoilt.settle()
    assert _has(spoilt, "missing in documents")


def test_with_random_names_a_commit_that_is_tried_again_leaves_files_behind(spoilt: Trial) -> None:
    spoilt.feed(40)
    spoilt.transform()
    before = oracle.orphan_data_files(spoilt.settings)
    conflict = {"hindered": ("catalog conflict",), "options": {"times": 2}}
    assert spoilt.start(LAND, removed=("names by content",), **conflict).wait() == 0
    assert oracle.orphan_data_files(spoilt.settings) > before


def test_with_the_cursor_committed_first_a_pull_that_is_killed_loses_records(spoilt: Trial) -> None:
    task = {"how": "pull", "options": {"source": spoilt.fed.source, "records": 130}}
    # The second flush is that of the first records; their cursor is committed then.
    assert spoilt.start(at="publish_flushed", count=2, removed=("cursor last",), **task).wait() == -signal.SIGKILL
    assert spoilt.start(**task).wait() == 0
    spoilt.expect_pulled(130)
    spoilt.settle()
    assert _has(spoilt, "missing in documents")


def test_a_record_on_which_a_stage_fails_costs_only_itself_and_without_halving_it_ends_the_worker(spoilt: Trial) -> None:
    spoilt.feed(40)
    failing = {"hindered": ("failing stage",), "options": {"word": f'{spoilt.fed.source}/7"'}}
    ended = spoilt.start(VALIDATE, ENRICH, removed=("halving",), **failing)
    assert ended.wait() == 1, ended.log[-2000:]
    assert "ZeroDivisionError" in ended.log
    spoilt.settle(**failing)
    assert _has(spoilt, "1 missing in documents")
    assert _has(spoilt, "1 too many in quarantine")


def test_a_catalog_that_is_locked_ends_the_lander_that_tries_only_once(spoilt: Trial) -> None:
    spoilt.feed(40)
    spoilt.transform()
    lander = spoilt.start(LAND, at="before_documents", deed="stop", removed=("further attempts",))
    lander.wait_stopped()
    with closing(sqlite3.connect(spoilt.settings.home / "catalog.db", isolation_level=None, timeout=20)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        lander.send(signal.SIGCONT)
        assert lander.wait() == EXIT_NEEDS_PERSON, lander.log[-2000:]
    assert _has(spoilt, "40 missing in documents")
    spoilt.settle()


@pytest.mark.long
def test_without_counting_claims_by_their_size_a_lander_holds_them_all(spoilt: Trial) -> None:
    settings = {"record_bytes": 128 * 1024, "batch_bytes": 4 * 2**20, "commit_records": 20_000}
    spoilt.settings = spoilt.settings.model_copy(update=settings)
    for number in range(1000, 1120):
        spoilt.giant(number, 900_000)
    spoilt.transform()
    assert spoilt.start(LAND, removed=("claims by size",)).wait() == 0
    assert _has(spoilt, "grew by")


@pytest.mark.long
def test_without_its_slot_a_worker_waits_for_the_session_of_the_one_before(spoilt: Trial) -> None:
    enrich = {"how": "work", "slot": "9", "removed": ("static members",)}
    spoilt.feed(20)
    assert spoilt.start(VALIDATE).wait() == 0
    before = spoilt.progress(ENRICH)
    assert spoilt.start(ENRICH, at="mid_batch", **enrich).wait() == -signal.SIGKILL
    second = spoilt.start(ENRICH, **enrich)
    assert until(lambda: spoilt.progress(ENRICH) > before, 60) > 3
    second.kill()
    spoilt.settle()


def test_the_oracle_names_what_is_missing(spoilt: Trial) -> None:
    spoilt.feed(20)
    with Topics(spoilt.settings) as topics:
        assert sum(topics.ends(STAGES[VALIDATE].reads).values()) > 0
    assert _has(spoilt, "20 missing in documents")
    spoilt.settle()
