"""Offsets that are gone and topics that are not what they were: each is an error by name, never a silent skip."""

from collections.abc import Callable

import pytest
from kafka import KafkaAdminClient, OffsetAndMetadata, TopicPartition

from pipelines.flow import raw, valid
from pipelines.io.topics import Topics, client_options
from pipelines.settings import Settings
from tests.faults.trial import Trial, until

pytestmark = pytest.mark.stack
Own = Callable[..., Trial]
VALIDATE, LAND = "validate.document", "land.document"


def _admin(settings: Settings) -> KafkaAdminClient:
    return KafkaAdminClient(**client_options(settings))


def test_offsets_of_a_group_that_were_deleted_stop_the_stage_by_name_and_a_rewind_lands_nothing_twice(own: Own) -> None:
    trial = own()
    trial.feed(60, bad=5)
    trial.settle()
    trial.feed(20, bad=1)
    admin = _admin(trial.settings)
    admin.delete_groups(["validate.document"])
    stopped = trial.start(VALIDATE)
    assert stopped.wait() == 2, stopped.log[-2000:]
    assert "OffsetLost" in stopped.log
    assert "rewind" in stopped.log
    with Topics(trial.settings) as topics:
        from pipelines.flow import STAGES  # noqa: PLC0415

        topics.rewind(STAGES[VALIDATE])
    admin.close()
    trial.settle()
    trial.check()


def test_a_topic_made_anew_stops_the_lander_by_name(own: Own) -> None:
    trial = own()
    trial.feed(60)
    trial.settle()
    admin = _admin(trial.settings)
    admin.delete_topics([valid("document")])
    until(lambda: valid("document") not in admin.list_topics(), 20)
    with Topics(trial.settings) as topics:
        until(lambda: _is_made(topics), 20, pause=0.5)
    admin.close()
    trial.feed(20)
    stopped = trial.start()
    assert stopped.wait() == 2, stopped.log[-2000:]
    assert "TopicChanged" in stopped.log
    assert "made anew" in stopped.log
    assert "adopt" in stopped.log


def _is_made(topics: Topics) -> bool:
    topics.ensure()
    return True


def test_records_that_retention_took_before_they_landed_stop_the_lander_by_name(own: Own) -> None:
    trial = own()
    trial.feed(60)
    trial.settle()
    trial.feed(60)
    trial.transform()
    admin = _admin(trial.settings)
    with Topics(trial.settings) as topics:
        ends = topics.ends(raw("document"))
    admin.delete_records({TopicPartition(raw("document"), p): end for p, end in ends.items()})
    admin.close()
    stopped = trial.start(LAND)
    assert stopped.wait() == 2, stopped.log[-2000:]
    assert "OffsetLost" in stopped.log
    assert "retention" in stopped.log


def test_offsets_beyond_the_end_of_a_topic_stop_the_stage_by_name(own: Own) -> None:
    trial = own()
    trial.feed(30)
    trial.settle()
    admin = _admin(trial.settings)
    admin.alter_group_offsets("validate.document", {TopicPartition(raw("document"), 0): OffsetAndMetadata(10**6, "", -1)})
    trial.feed(30)
    admin.close()
    stopped = trial.start(VALIDATE, how="work")
    assert stopped.wait(30) == 2, stopped.log[-2000:]
    assert "OffsetLost" in stopped.log


def test_partitions_that_were_added_stop_every_stage_by_name(own: Own) -> None:
    trial = own()
    trial.feed(30)
    trial.settle()
    admin = _admin(trial.settings)
    admin.create_partitions({raw("document"): 6})
    admin.close()
    for name in (VALIDATE, LAND):
        stopped = trial.start(name)
        assert stopped.wait() == 2, stopped.log[-2000:]
        assert "TopicChanged" in stopped.log
        assert "6 partitions" in stopped.log
