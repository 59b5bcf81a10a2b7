"""The supervisor on a real broker and a real store."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import psutil
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from infra import processes
from infra.supervisor import Supervisor
from pipelines.errors import ConfigurationError, NeedsPerson
from tests.stack_fixture import TestStack

pytestmark = pytest.mark.stack
PORTS = ("kafka_port", "kafka_controller_port", "s3_port")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[TestStack]:
    """A stack that is not started yet, and of which nothing is left."""
    made = TestStack(tmp_path)
    try:
        yield made
    finally:
        made.stop()
        assert running_parts(made) == []


def lodestream(*arguments: str, stack: TestStack) -> subprocess.CompletedProcess[str]:
    """The command line on the stack's home, as somebody types it."""
    return subprocess.run(command(*arguments), env=environment(stack), capture_output=True, text=True, timeout=180, check=False)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from pipelines.cli import main; main()", *arguments]


def environment(stack: TestStack) -> dict[str, str]:
    ports = {f"LODESTREAM_{name.upper()}": str(getattr(stack.settings, name)) for name in PORTS}
    return {**stack.environment, **ports, "COLUMNS": "200"}


def running_parts(stack: TestStack) -> list[str]:
    names = ("broker", "store", "publishers", "airflow-scheduler")
    return [name for name in names if processes.members(stack.home, name, None)]


def words(stack: TestStack) -> dict[str, str]:
    return {state.name: state.word for state in stack.supervisor.status() if state.word != "stopped"}


def objects(stack: TestStack) -> list[str]:
    return [item["Key"] for item in client(stack).list_objects_v2(Bucket="lodestream").get("Contents", [])]


def client(stack: TestStack):
    return boto3.client(
        "s3",
        endpoint_url=stack.settings.store_endpoint,
        region_name="us-east-1",
        aws_access_key_id=stack.settings.s3_access_key,
        aws_secret_access_key=stack.settings.s3_secret_key.get_secret_value(),
    )


def test_the_stack_comes_up_stays_up_and_goes_down(stack: TestStack):
    first = lodestream("up", "broker", "store", stack=stack)
    assert first.returncode == 0, first.stderr
    assert [line.split()[1:3] for line in sorted(first.stdout.splitlines())] == [["broker", "healthy"], ["store", "healthy"]]
    before = json.loads((stack.home / "run" / "state.json").read_text())

    second = lodestream("up", "broker", "store", stack=stack)
    assert sorted(line.split()[1:4] for line in second.stdout.splitlines()) == [["broker", "was", "running"], ["store", "was", "running"]]
    assert json.loads((stack.home / "run" / "state.json").read_text()) == before

    status = lodestream("status", stack=stack)
    assert status.returncode == 0
    healthy = [line.split()[:4] for line in status.stdout.splitlines() if "healthy" in line]
    assert healthy == [[name, "healthy", str(before[name]["pid"]), str(before[name]["port"])] for name in ("broker", "store")]

    assert lodestream("down", stack=stack).stdout.splitlines()[-1] == f"stopped, nothing of {stack.home} is running"
    assert running_parts(stack) == []
    assert not any(psutil.pid_exists(part["pid"]) and is_alive(part["pid"]) for part in before.values())
    assert lodestream("down", stack=stack).stdout == f"nothing of {stack.home} was running\n"


def is_alive(pid: int) -> bool:
    return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_a_killed_broker_keeps_what_it_acknowledged_and_a_killed_store_its_objects(stack: TestStack):
    stack.start()
    admin = KafkaAdminClient(bootstrap_servers=stack.settings.brokers)
    admin.create_topics([NewTopic("kept", num_partitions=1, replication_factor=1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=stack.settings.brokers)
    for future in [producer.send("kept", b"%d" % number) for number in range(2000)]:
        future.get(timeout=30)
    client(stack).put_object(Bucket="lodestream", Key="kept", Body=b"whole")

    stack.kill("broker")
    stack.kill("store")
    producer.close(timeout=0)
    assert words(stack) == {"broker": "died", "store": "died"}
    stack.start()

    assert words(stack) == {"broker": "healthy", "store": "healthy"}
    consumer = KafkaConsumer(bootstrap_servers=stack.settings.brokers, consumer_timeout_ms=5000)
    consumer.assign([TopicPartition("kept", 0)])
    consumer.seek_to_beginning()
    read = [int(next(consumer).value) for _ in range(2000)]
    consumer.close()
    assert read == list(range(2000))
    assert client(stack).get_object(Bucket="lodestream", Key="kept")["Body"].read() == b"whole"


def test_an_upload_that_was_cut_short_is_swept_and_a_finished_object_of_such_a_name_is_kept(stack: TestStack):
    finished = "page-0b0a8a5e-6f9c-4a53-9a5e-1e7c1d3f2a4b"
    stack.start("store")
    client(stack).put_object(Bucket="lodestream", Key=finished, Body=b"whole")
    stack.stop()
    (stack.home / "store" / "data" / "lodestream" / "cut-1c1b9b6f-7fad-4b64-8b6f-2f8d2e4f3b5c").write_bytes(b"ha")

    stack.start("store")

    assert objects(stack) == [finished]


def test_a_start_that_is_killed_in_the_middle_is_picked_up_by_the_next(stack: TestStack):
    start = subprocess.Popen(command("up", "broker", "store"), env=environment(stack), stdout=subprocess.DEVNULL)
    wait_for(lambda: len(stack.supervisor.status()) and (stack.home / "run" / "state.json").exists() and "broker" in running_parts(stack))
    start.kill()
    start.wait()

    again = lodestream("up", "broker", "store", stack=stack)

    assert again.returncode == 0, again.stderr
    assert words(stack) == {"broker": "healthy", "store": "healthy"}
    assert [len(processes.members(stack.home, name, None)) for name in ("broker", "store")] == [1, 1]


def wait_for(condition, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_was_started_but_never_noted_is_found_by_status_and_stopped_by_down(stack: TestStack):
    stack.start("store")
    (stack.home / "run" / "state.json").unlink()

    assert words(stack) == {"store": "left over"}
    assert "store was left by an interrupted start: `lodestream down` stops it" in lodestream("status", stack=stack).stdout
    stack.start("store")
    assert words(stack) == {"store": "healthy"}
    (stack.home / "run" / "state.json").unlink()
    assert stack.supervisor.down() == 1


def test_a_plain_kill_of_the_start_stops_what_it_had_started(stack: TestStack):
    start = subprocess.Popen(command("up", "broker", "store"), env=environment(stack), stdout=subprocess.DEVNULL)
    wait_for(lambda: running_parts(stack))
    start.terminate()

    assert start.wait(timeout=60) == 143
    assert running_parts(stack) == []


def test_a_process_that_was_given_a_recorded_pid_is_never_killed(stack: TestStack):
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        (stack.home / "run").mkdir()
        record = {"pid": stranger.pid, "created": time.time() - 3600, "port": stack.settings.kafka_port}
        (stack.home / "run" / "state.json").write_text(json.dumps({"broker": record}))

        assert words(stack) == {"broker": "died"}
        assert stack.supervisor.down() == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_homes_run_side_by_side(stack: TestStack, tmp_path: Path):
    other = TestStack(tmp_path, services=("store",))
    with other:
        stack.start("store")
        client(other).put_object(Bucket="lodestream", Key="theirs", Body=b"")
        assert (objects(stack), objects(other)) == ([], ["theirs"])
        stack.stop()
        assert words(other) == {"store": "healthy"}
    assert not other.home.exists()


def test_a_port_that_was_set_and_is_taken_is_named_with_its_holder(stack: TestStack):
    with socket.create_server(("127.0.0.1", stack.settings.s3_port)):
        refused = lodestream("up", "broker", "store", stack=stack)

    port = stack.settings.s3_port
    assert refused.returncode != 0
    assert refused.stderr.startswith(f"lodestream: port {port} (LODESTREAM_S3_PORT) is taken by process {os.getpid()} (")
    assert refused.stderr.endswith("stop that process, set LODESTREAM_S3_PORT to a free port, or unset it\n")
    assert running_parts(stack) == []


def test_a_port_that_nobody_set_is_replaced_if_it_is_taken_and_remembered(stack: TestStack):
    taken = stack.settings.s3_port
    stack.start("store")
    stack.stop()
    remembered = stack.settings.model_copy(update={})
    said: list[str] = []
    with socket.create_server(("127.0.0.1", taken)):
        reached = Supervisor(remembered).up(["store"], lambda name, what, _: said.append(f"{name} {what}"))

    assert reached.s3_port != taken
    assert f"LODESTREAM_S3_PORT={reached.s3_port}" in (stack.home / "stack.env").read_text().splitlines()
    assert said[0].startswith(f"LODESTREAM_S3_PORT {taken} is taken by process {os.getpid()}")


def test_a_service_that_cannot_start_takes_the_others_down_with_it(stack: TestStack):
    (stack.home / "store").mkdir()
    (stack.home / "store" / "data").write_text("a file where a folder is needed")

    with pytest.raises(NeedsPerson) as raised:
        stack.start()

    assert str(raised.value) == (
        f"{stack.home}/store/data is a file where a folder is needed\n  what to do: remove it, or set LODESTREAM_HOME elsewhere"
    )
    assert running_parts(stack) == []


def test_a_broker_that_ends_while_it_starts_is_told_with_its_last_words(stack: TestStack):
    stack.start("broker")
    stack.stop()
    (stack.home / "broker" / "data" / "meta.properties").write_text("version=1\ncluster.id=ours\nnode.id=7\n")

    with pytest.raises(NeedsPerson, match=r"broker ended while it started: .*node[. ]id") as raised:
        stack.start("broker")

    assert raised.value.remedy == f"see {stack.home}/logs/broker.log"
    assert running_parts(stack) == []


def test_storage_that_was_only_half_formatted_is_formatted_anew(stack: TestStack):
    (stack.home / "broker" / "data").mkdir(parents=True)
    (stack.home / "broker" / "data" / "meta.properties").write_text("version=1\ncluster.id=half\nnode.id=1\n")

    stack.start("broker")

    assert words(stack) == {"broker": "healthy"}


def test_a_second_command_on_the_home_is_told_who_is_at_work(stack: TestStack):
    with stack.supervisor.alone("up"):
        refused = lodestream("down", stack=stack)

    assert refused.stderr == (
        f"lodestream: another command is at work on {stack.home}: lodestream up, process {os.getpid()}\n"
        "  what to do: wait for it, or stop it\n"
    )


def test_an_unknown_service_is_told_with_those_that_there_are(stack: TestStack):
    with pytest.raises(ConfigurationError, match="there is no service brokers"):
        stack.start("brokers")


def test_the_log_of_a_service_can_be_read(stack: TestStack):
    stack.start("store")
    (stack.home / "logs" / "store.log").write_text("one\ntwo\nthree\n")

    assert lodestream("logs", "store", "-n", "2", stack=stack).stdout == "two\nthree\n"
    assert lodestream("logs", "shop", stack=stack).stderr.endswith("what to do: there are store\n")
