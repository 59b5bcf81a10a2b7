"""The broker's and the store's jars: fetched by Maven once, checked against `jars.lock`, shared by all homes of the checkout.

`python -m infra.jars` fetches them; `python -m infra.jars lock` writes `jars.lock` anew after a version in `pom.xml` has changed.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra import java
from pipelines.errors import NeedsPerson

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "jars"
POM = HERE / "pom.xml"
LOCK = HERE / "jars.lock"
MAVEN_SECONDS = 600


def fetch() -> Path:
    """Folder with `broker/*.jar` and `store/*.jar`; takes a few seconds the first time, nothing later.

    Raises NeedsPerson without Maven, without a network, or if a jar is not the one that `jars.lock` names.
    """
    if is_fetched():
        return FOLDER
    with _alone():
        if not is_fetched():
            _download()
            _check()
            _marker().write_text(_wanted())  # last: without it the next call starts over
    return FOLDER


def is_fetched() -> bool:
    """Whether the folder holds, complete, what the pom asks for."""
    return _marker().is_file() and _marker().read_text() == _wanted()


def class_path(part: str) -> str:
    """Jars of `broker` or `store` in a fixed order, as java wants them."""
    return ":".join(str(jar) for jar in sorted((FOLDER / part).glob("*.jar")))


def archive(part: str) -> Path:
    """Where the class-data archive of `broker` or `store` lies for this Java, if it was made (see `infra.archives`)."""
    return FOLDER / f"{part}-{java.full_version()}.jsa"


def archive_options(part: str) -> list[str]:
    """Options for java to start with the archive; none if it was not made."""
    return [f"-XX:SharedArchiveFile={archive(part)}"] if archive(part).exists() else []


def _marker() -> Path:
    return FOLDER / "complete"


def _wanted() -> str:
    return hashlib.sha256(POM.read_bytes() + LOCK.read_bytes()).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Two starts at once must not fetch into one folder."""
    try:
        FOLDER.mkdir(exist_ok=True)
        lock = (FOLDER / "guard").open("w")
    except OSError as error:
        raise NeedsPerson(f"cannot write to {FOLDER}: {error.strerror}", "make the checkout's folder infra/ writable for you") from None
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _download() -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise NeedsPerson("Maven (mvn) was not found, it fetches the broker and the object store", "apt-get install maven")
    # Emptied, because a class path with two versions of one jar runs whichever comes first.
    _marker().unlink(missing_ok=True)
    for part in ("broker", "store"):
        shutil.rmtree(FOLDER / part, ignore_errors=True)
    for made in FOLDER.glob("*.jsa"):
        made.unlink()
    command = [maven, "-B", "-q", "--strict-checksums", "-f", str(POM), f"-Djars={FOLDER}", "process-resources"]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, env=_environment(), capture_output=True, text=True, timeout=MAVEN_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NeedsPerson(f"Maven did not fetch the jars within {MAVEN_SECONDS} s", "check the network, then try again") from None
    if done.returncode != 0:
        raise NeedsPerson(f"Maven could not fetch the jars: {_reason(done.stdout + done.stderr)}", _remedy(done.stdout + done.stderr))


def _environment() -> dict[str, str]:
    """Java takes the home from the list of users, where a container's user often has none: Maven gets the one that HOME says."""
    home = os.environ.get("HOME", "")
    options = os.environ.get("MAVEN_OPTS", "")
    is_usable = home and not re.search(r"\s", home) and "-Duser.home" not in options
    return {**os.environ, "MAVEN_OPTS": f"{options} -Duser.home={home}".strip()} if is_usable else dict(os.environ)


def _reason(output: str) -> str:
    """The first error line of Maven's output, without its colours and its stack."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    errors = [line.removeprefix("[ERROR]").strip() for line in plain.splitlines() if line.startswith("[ERROR]")]
    return next((line for line in errors if line), plain.strip()[-300:] or "it said nothing")[:400]


def _remedy(output: str) -> str:
    if "local repository" in output:
        return "Maven keeps its cache in ~/.m2: make that writable for you, or set HOME"
    if "No space left" in output:
        return f"free at least 200 MB under {HERE} and in Maven's cache (~/.m2)"
    if "JAVA_HOME" in output or "java: not found" in output:
        return "apt-get install openjdk-17-jdk-headless, and let JAVA_HOME name it or be unset"
    return "check the network; a mirror or proxy belongs in ~/.m2/settings.xml; then try again"


def _digests() -> list[str]:
    jars = sorted(FOLDER.glob("*/*.jar"))
    return [f"{hashlib.sha256(jar.read_bytes()).hexdigest()}  {jar.relative_to(FOLDER)}" for jar in jars]


def _check() -> None:
    wrong = sorted(set(_digests()) ^ set(LOCK.read_text().splitlines()))
    if wrong:
        names = sorted({line.split()[-1] for line in wrong})
        raise NeedsPerson(
            f"{len(names)} jars are not those of infra/jars.lock: {', '.join(names[:3])}",
            "if you changed a version in infra/pom.xml: `python -m infra.jars lock`; otherwise do not trust what was fetched",
        )


def _main(arguments: list[str]) -> None:
    if arguments == ["lock"]:
        with _alone():
            _download()
            LOCK.write_text("\n".join(_digests()) + "\n")
    try:
        sys.stdout.write(f"{fetch()}\n")
    except NeedsPerson as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main(sys.argv[1:])
