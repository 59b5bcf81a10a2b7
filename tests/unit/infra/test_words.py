"""What a newcomer reads when something is missing or wrong."""

import errno
import os
import socket
import subprocess
from collections import namedtuple
from pathlib import Path

import pytest

from infra import doctor, files, jars, java, ports
from pipelines.errors import ConfigurationError, NeedsPerson
from pipelines.settings import Settings

Usage = namedtuple("Usage", "total used free")


def settings(home: Path, **values: int) -> Settings:
    return Settings(_env_file=None, home=home, **values)  # type: ignore[call-arg]


def executable(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_machine_without_java_is_told_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NeedsPerson) as raised:
        java.version()
    assert str(raised.value) == (
        "Java was not found, the broker and the object store need version 17 or later\n"
        "  what to do: apt-get install openjdk-17-jre-headless"
    )


def test_an_old_java_is_told_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    executable(tmp_path / "bin", "java", "echo 'openjdk version \"1.8.0_402\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(NeedsPerson, match=r"bin/java is Java 8.0_402, the broker and the object store need 17 or later"):
        java.version()


@pytest.mark.parametrize(("said", "version"), [('"17.0.15" 2025-04-15', 17), ('"21" 2023-09-19', 21), ('"25-ea" 2025-09-16', 25)])
def test_the_version_of_java_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, version: int):
    executable(tmp_path / "bin", "java", f"echo 'openjdk version {said}' >&2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert java.version() == version


def test_a_wrong_java_home_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(NeedsPerson, match=f"JAVA_HOME is {tmp_path}, where there is no bin/java"):
        java.java()


def test_properties_carry_any_character():
    assert java.properties({"a": "é\\ 🜚\n"}) == "a=\\u00e9\\\\ \\ud83d\\udf1a\\n\n"


@pytest.fixture
def empty_jars(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(jars, "FOLDER", tmp_path / "jars")
    return tmp_path / "jars"


def test_a_machine_without_maven_is_told_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_jars: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NeedsPerson) as raised:
        jars.fetch()
    assert raised.value.remedy == "apt-get install maven"
    assert not jars.is_fetched()


def test_maven_without_a_network_is_told_by_its_first_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_jars: Path):
    script = "printf '[\\033[1;31mERROR\\033[m] Could not transfer artifact: Network is unreachable\\n[ERROR] \\n'; exit 1"
    executable(tmp_path / "bin", "mvn", script)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(NeedsPerson) as raised:
        jars.fetch()
    assert raised.value.message == "Maven could not fetch the jars: Could not transfer artifact: Network is unreachable"
    assert raised.value.remedy == "check the network; a mirror or proxy belongs in ~/.m2/settings.xml; then try again"


def test_jars_other_than_those_of_the_lock_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_jars: Path):
    executable(tmp_path / "bin", "mvn", f"mkdir -p {empty_jars}/broker && echo wrong > {empty_jars}/broker/kafka-clients-4.3.1.jar")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(NeedsPerson, match=r"47 jars are not those of infra/jars.lock: broker/HdrHistogram"):
        jars.fetch()
    assert not jars.is_fetched()


def test_a_nearly_full_disk_is_told_before_anything_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 3 * 2**20))
    with pytest.raises(NeedsPerson) as raised:
        files.prepare_home(tmp_path)
    assert raised.value.message == f"the disk of {tmp_path} has 3 MB left, the stack needs 500 MB"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space left for /home/x"),
        (errno.EACCES, "/home/x is not writable for you"),
        (errno.EROFS, "/home/x is not writable for you"),
        (errno.ENOTDIR, "/home/x is a file where a folder is needed"),
        (errno.ENOLCK, "cannot write /home/x: No locks available"),
    ],
)
def test_what_the_system_refuses_is_told_in_words(number: int, words: str):
    error = OSError(number, os.strerror(number), "/home/x")
    assert files.cannot_write(Path("/home"), error).message == words


def test_a_home_below_a_file_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NeedsPerson, match=r"file/home is a file where a folder is needed|file is a file where a folder is needed"):
        files.prepare_home(tmp_path / "file" / "home")


def test_a_text_is_replaced_whole_and_private_from_the_first_byte(tmp_path: Path):
    path = tmp_path / "secret"
    files.write_atomically(path, "old", mode=0o600)
    files.write_atomically(path, "new", mode=0o600)
    assert (path.read_text(), path.stat().st_mode & 0o777, [p.name for p in tmp_path.iterdir()]) == ("new", 0o600, ["secret"])


def test_a_large_log_is_rotated_and_only_the_last_few_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(files, "ROTATED_BYTES", 2)
    log = tmp_path / "broker.log"
    for number in range(6):
        log.write_text(f"{number}\n")
        files.rotate(log)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"broker.log.1": "5\n", "broker.log.2": "4\n", "broker.log.3": "3\n"}


def test_a_taken_port_that_was_set_is_refused_and_one_that_was_not_is_replaced(tmp_path: Path):
    with socket.create_server(("127.0.0.1", ports.free_port())) as server:
        taken = server.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"port {taken} \(LODESTREAM_S3_PORT\) is taken by process {os.getpid()} "):
            ports.settle(settings(tmp_path, s3_port=taken), ["s3_port"], {})

        ports.remember(tmp_path, {"s3_port": taken})
        reached = ports.settle(settings(tmp_path, s3_port=taken), ["s3_port"], {})
        assert reached.s3_port != taken
        assert (tmp_path / "stack.env").read_text().splitlines() == [ports.HEADER, f"LODESTREAM_S3_PORT={reached.s3_port}"]


def test_two_services_on_one_port_are_told_before_they_start(tmp_path: Path):
    port = ports.free_port()
    both = settings(tmp_path, kafka_port=port, s3_port=port)
    with pytest.raises(ConfigurationError, match=f"LODESTREAM_KAFKA_PORT and LODESTREAM_S3_PORT are both {port}"):
        ports.settle(both, ["kafka_port", "s3_port"], {})


def test_a_port_that_the_home_itself_holds_is_not_taken(tmp_path: Path):
    with socket.create_server(("127.0.0.1", ports.free_port())) as server:
        own = server.getsockname()[1]
        assert ports.settle(settings(tmp_path, s3_port=own), ["s3_port"], {"s3_port": own}).s3_port == own


def test_lines_that_somebody_added_to_the_file_of_ports_are_kept(tmp_path: Path):
    (tmp_path / "stack.env").write_text("LODESTREAM_PARTITIONS=2\nLODESTREAM_S3_PORT=1\n")
    ports.remember(tmp_path, {"s3_port": 20001})
    assert (tmp_path / "stack.env").read_text() == "LODESTREAM_PARTITIONS=2\nLODESTREAM_S3_PORT=20001\n"


def test_the_doctor_says_one_line_for_each_thing_and_leaves_no_folder(tmp_path: Path):
    home = tmp_path / "not" / "yet"
    findings = doctor.examine(settings(home, kafka_port=ports.free_port()))
    assert [finding.subject for finding in findings] == [
        *("python", "java", "maven", "make", "git", "kafka-python's crc32c", "jars", "home", "disk", "extended attributes"),
        *(f"port LODESTREAM_{name}_PORT" for name in ("KAFKA", "KAFKA_CONTROLLER", "S3", "PUBLISHER", "AIRFLOW")),
        *("memory", "docker (optional)"),
    ]
    assert all("\n" not in finding.words + finding.remedy and (finding.is_well or finding.remedy) for finding in findings)
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_finds_a_home_that_cannot_be_made():
    findings = {finding.subject: finding for finding in doctor.examine(settings(Path("/proc/nobody/home")))}
    assert findings["home"].words == "nothing can be made in /proc: No such file or directory"
    assert "disk" not in findings


def test_the_doctor_goes_on_after_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = {finding.subject: finding.remedy for finding in doctor.examine(settings(tmp_path)) if not finding.is_well}
    assert missing.items() >= {
        "java": "apt-get install openjdk-17-jre-headless",
        "maven": "apt-get install maven",
        "make": "apt-get install make",
        "git": "apt-get install git",
    }.items()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("python3.11", "Python 3.11 was not found as python3.11\n  what to do: apt-get install python3.11 python3.11-venv"),
        ("java", "Java was not found, the broker and the object store need version 17 or later\n  what to do: apt-get install openjdk"),
        ("mvn", "Maven (mvn) was not found, it fetches the broker and the object store\n  what to do: apt-get install maven"),
    ],
)
def test_make_says_what_the_machine_lacks_before_it_downloads_anything(tmp_path: Path, missing: str, words: str):
    bin_folder = tmp_path / "bin"
    for name in {"python3.11", "java", "mvn"} - {missing}:
        executable(bin_folder, name, "exit 0")
    for name in ("sh", "cat", "cksum", "dirname"):
        executable(bin_folder, name, f'exec /usr/bin/{name} "$@"')
    clone = tmp_path / "clone" / "infra"
    clone.mkdir(parents=True)
    for name in ("environment.sh", "bootstrap.lock"):
        (clone / name).write_text((Path(jars.HERE) / name).read_text())
    (clone.parent / "requirements.lock").write_text("")
    done = subprocess.run(
        ["/bin/sh", str(clone / "environment.sh")], env={"PATH": str(bin_folder)}, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(words)
    assert not (clone.parent / ".venv").exists()
