"""The embedded broker: Apache Kafka, one node in KRaft mode, from its own jars."""

import base64
import logging
import shutil
import uuid
from pathlib import Path

from infra import jars, processes
from infra.files import last_lines, write_atomically
from infra.java import java, properties
from infra.ports import HOST
from infra.service import Part, Service
from pipelines.errors import NeedsPerson
from pipelines.settings import Settings

FORMAT = "broker-format"
# Small and quick to start; a broker out of memory must end, not linger.
JVM = [
    "-Xms128m",
    "-Xmx512m",
    "-Xss512k",
    "-XX:MaxDirectMemorySize=256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
]

SINGLE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "CLIENTS",
    "log.dirs": "data",
    "num.partitions": "4",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # A topic that nobody made is a mistake of a name, not a new topic.
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "log.cleaner.dedupe.buffer.size": "4194304",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "log.segment.bytes": str(128 * 2**20),
    "message.max.bytes": str(8 * 2**20),
    # A killed broker is back in 4.5 s instead of 12: until its old session ends, the controller refuses the new one.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
}


def service(settings: Settings) -> Service:
    """The broker of the home, its data in `<home>/broker`."""
    folder = settings.home / "broker"
    part = Part(
        name="broker",
        command=lambda: [*_java(), "kafka.Kafka", "server.properties"],
        folder=folder,
        port_field="kafka_port",
        is_ready=lambda _: cluster_id(settings.kafka_port) == own_cluster_id(folder),
        stop_seconds=20,
    )
    return Service("broker", [part], prepare=lambda: prepare(settings, folder), steps=(FORMAT,))


def prepare(settings: Settings, folder: Path) -> None:
    """Write the configuration; format the storage if that was never done to its end."""
    folder.mkdir(parents=True, exist_ok=True)
    clients, controller = f"{HOST}:{settings.kafka_port}", f"{HOST}:{settings.kafka_controller_port}"
    configuration = SINGLE_NODE | {
        "listeners": f"CLIENTS://{clients},CONTROLLER://{controller}",
        "advertised.listeners": f"CLIENTS://{clients}",
        "controller.quorum.bootstrap.servers": controller,
    }
    write_atomically(folder / "server.properties", properties(configuration))
    if not own_cluster_id(folder):
        _format(settings.home, folder)


def own_cluster_id(folder: Path) -> str:
    """The id that the storage was formatted with; empty if it is not, or only half."""
    mark = folder / "formatted"
    return mark.read_text().strip() if mark.exists() else ""


def cluster_id(port: int) -> str:
    """The id of the cluster that answers at the port; raises kafka's errors if none does."""
    from kafka import KafkaAdminClient  # noqa: PLC0415 - half a second, which `lodestream --help` need not wait for

    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it tells each refused connection, and we ask until one is not
    client = KafkaAdminClient(bootstrap_servers=f"{HOST}:{port}", request_timeout_ms=5000)
    try:
        cluster = client.describe_cluster()
        return str(cluster["cluster_id"]) if cluster["brokers"] else ""
    finally:
        client.close()


def _java() -> list[str]:
    return [java(), *JVM, *jars.archive_options("broker"), "-cp", jars.class_path("broker")]


def _format(home: Path, folder: Path) -> None:
    # What a format that was cut short leaves behind starts up and waits for a leader for ever.
    processes.stop(home, FORMAT, None, patience=0)
    shutil.rmtree(folder / "data", ignore_errors=True)
    identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
    command = [*_java(), "kafka.tools.StorageTool", "format", "--standalone", "-t", identity, "-c", "server.properties"]
    step = Part(FORMAT, lambda: command, folder, is_ready=lambda _: True, start_seconds=120)
    log = home / "logs" / f"{FORMAT}.log"
    if processes.run(home, step) != 0:
        raise NeedsPerson(f"the broker's storage could not be formatted: {' '.join(last_lines(log, 2))}", f"see {log}")
    write_atomically(folder / "formatted", identity + "\n")
