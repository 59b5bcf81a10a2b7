"""The compose file: complete, pinned, healthy before anything depends on it, and in step with the embedded stack."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.broker import SINGLE_NODE
from pipelines.flow import STAGES
from pipelines.settings import PREFIX, Settings

INFRA = Path(__file__).parents[3] / "infra"
COMPOSE = INFRA / "compose.yml"
ONE_SHOT = {"init"}


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    return yaml.safe_load(COMPOSE.read_text())["services"]


def docker_compose() -> list[str] | None:
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True, timeout=60, check=False).returncode == 0:
            return command
    return None


def test_docker_compose_accepts_the_file():
    client = docker_compose()
    if client is None:
        pytest.skip("there is no docker client with the compose plugin; the other tests look at the file's structure")
    done = subprocess.run([*client, "-f", str(COMPOSE), "config", "--quiet"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_all_parts_are_there(services: dict[str, dict[str, Any]]):
    airflow = {"airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"}
    assert set(services) == {"broker", "store", "database", "init", "publishers", "worker"} | airflow


def test_every_image_is_pinned_to_a_version(services: dict[str, dict[str, Any]]):
    images = {service["image"] for service in services.values()}
    base = re.search(r"^FROM (\S+)", (INFRA / "Dockerfile").read_text(), re.MULTILINE)
    assert base is not None
    assert [image for image in {*images, base[1]} if not re.search(r":\S*\d+\.\d+", image)] == []


def test_broker_and_store_have_the_versions_of_the_embedded_stack(services: dict[str, dict[str, Any]]):
    versions = dict(re.findall(r"<(\w+)\.version>([\d.]+)<", (INFRA / "pom.xml").read_text()))
    assert services["broker"]["image"] == f"apache/kafka:{versions['kafka']}"
    assert services["store"]["image"] == f"andrewgaul/s3proxy:s3proxy-{versions['s3proxy']}"


def test_the_broker_treats_topics_groups_and_messages_as_the_embedded_one_does(services: dict[str, dict[str, Any]]):
    said = {name: str(value) for name, value in services["broker"]["environment"].items()}
    same = ("auto.create.topics.enable", "group.min.session.timeout.ms", "message.max.bytes", "offsets.topic.replication.factor")
    assert {name: said["KAFKA_" + name.upper().replace(".", "_")] for name in same} == {name: SINGLE_NODE[name] for name in same}


def test_everything_waits_for_what_it_needs(services: dict[str, dict[str, Any]]):
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
            assert (name, needed, how["condition"]) == (name, needed, wanted)
            assert needed in ONE_SHOT or "healthcheck" in services[needed]
    # `--wait` takes the end of a container for a failure unless another one depends on it.
    assert all(any(one in service.get("depends_on", {}) for service in services.values()) for one in ONE_SHOT)


def test_nothing_is_open_to_other_machines(services: dict[str, dict[str, Any]]):
    assert [port for service in services.values() for port in service.get("ports", []) if not port.startswith("127.0.0.1:")] == []


def test_all_settings_and_stages_that_it_names_exist(services: dict[str, dict[str, Any]]):
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    named = {name for service in services.values() for name in service.get("environment", {}) if name.startswith(PREFIX)}
    assert named - known == set()
    assert [word for word in services["worker"]["command"].split()[2:] if word not in STAGES] == []


def test_what_the_image_copies_exists():
    copied = [word for line in (INFRA / "Dockerfile").read_text().splitlines() if line.startswith("COPY") for word in line.split()[1:-1]]
    assert [word for word in copied if not (INFRA.parent / word).exists() and word != "README.md"] == []
