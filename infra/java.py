"""The Java that runs the broker and the store."""

import json
import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from pipelines.errors import NeedsPerson

LEAST = 17
PACKAGE = "apt-get install openjdk-17-jre-headless"


def java() -> str:
    """Path of the `java` command: of JAVA_HOME if set, else of the PATH. Raises NeedsPerson if there is none."""
    home = os.environ.get("JAVA_HOME")
    if home:
        inside = Path(home) / "bin" / "java"
        if not inside.is_file():
            raise NeedsPerson(f"JAVA_HOME is {home}, where there is no bin/java", "correct or unset JAVA_HOME")
        return str(inside)
    found = shutil.which("java")
    if found is None:
        raise NeedsPerson(f"Java was not found, the broker and the object store need version {LEAST} or later", PACKAGE)
    return found


def version() -> int:
    """Major version of that Java; raises NeedsPerson if it is too old or does not run."""
    return int(re.split(r"\D", full_version())[0])


def full_version() -> str:
    """Such as `17.0.15`; raises NeedsPerson if it is too old or does not run."""
    return _full_version(java())


@cache
def _full_version(command: str) -> str:
    try:
        said = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=30, check=True).stderr  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise NeedsPerson(f"{command} does not run: {error}", PACKAGE) from None
    numbers = re.search(r'version "(?:1\.)?(\d[\w.+-]*)', said)
    found = numbers[1] if numbers else "0"
    if int(re.split(r"\D", found)[0]) < LEAST:
        raise NeedsPerson(f"{command} is Java {found}, the broker and the object store need {LEAST} or later", PACKAGE)
    return found


def properties(values: dict[str, str]) -> str:
    """The text of a Java properties file, which is Latin-1 with the escapes that JSON has too."""
    return "".join(f"{name}={json.dumps(value)[1:-1]}\n" for name, value in values.items())
