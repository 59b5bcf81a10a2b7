"""The embedded Airflow: its four parts, with SQLite and local execution, on the DAGs of the checkout.

The parts are started one by one rather than by `airflow standalone`, so that each has its own log and health, and none is left
behind when a parent is killed.
"""

import base64
import json
import os
import secrets
import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

from infra import processes
from infra.airflow_health import ANSWERS, is_healthy
from infra.files import last_lines, write_atomically
from infra.ports import HOST
from infra.service import CHECKOUT, Part, Service, environment
from pipelines.errors import NeedsPerson
from pipelines.settings import Settings

MIGRATE = "airflow-migrate"
# The log servers are for parts on other machines: here the UI reads the logs from the folder.
OPTIONS = {"scheduler": ["--skip-serve-logs"], "triggerer": ["--skip-serve-logs"]}


def service(settings: Settings) -> Service:
    """Airflow of the home, its state in `<home>/airflow`."""
    folder = settings.home.resolve() / "airflow"
    parts = [
        Part(
            name=f"airflow-{command}",
            command=partial(list, [sys.executable, "-m", "airflow", command, *OPTIONS.get(command, [])]),
            folder=folder,
            environment=partial(variables_of, settings, folder),
            port_field="airflow_port" if command == "api-server" else "",
            is_ready=partial(is_healthy, f"http://{HOST}:{settings.airflow_port}", command),
            start_seconds=180,
            stop_seconds=20,
        )
        for command in ANSWERS
    ]
    return Service("airflow", parts, prepare=partial(prepare, settings, folder), needs=("broker", "store"), steps=(MIGRATE,))


def variables_of(settings: Settings, folder: Path) -> dict[str, str]:
    """The environment of all parts and of the tasks: Airflow's configuration, and the settings that the tasks read."""
    url = f"http://{HOST}:{settings.airflow_port}"
    configuration = {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{settings.airflow_user}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(folder / "passwords.json"),
        "AIRFLOW__API__HOST": HOST,
        "AIRFLOW__API__PORT": str(settings.airflow_port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",  # a new DAG file is found in seconds, not in five minutes
        # A task or a scheduler that was killed is noticed within a minute, not within five.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "30",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        **_keys(folder),
    }
    # What else the caller's shell says to Airflow is meant for another one.
    others = {name: value for name, value in environment(settings).items() if not name.startswith("AIRFLOW")}
    return {**others, **configuration, **_ways(others)}


def prepare(settings: Settings, folder: Path) -> None:
    """Write the login; make the database once for each version of Airflow."""
    variables = variables_of(settings, folder)
    password = {settings.airflow_user: settings.airflow_password.get_secret_value()}
    write_atomically(folder / "passwords.json", json.dumps(password), mode=0o600)
    mark = folder / "migrated"
    if mark.exists() and mark.read_text() == version("apache-airflow"):
        return
    processes.stop(settings.home, MIGRATE, None, patience=0)
    if not mark.exists():  # what a start that was killed has made of the database is not known
        (folder / "airflow.db").unlink(missing_ok=True)
    command = [sys.executable, "-m", "airflow", "db", "migrate"]
    step = Part(MIGRATE, lambda: command, folder, is_ready=lambda _: True, environment=lambda: variables, start_seconds=300)
    log = settings.home / "logs" / f"{MIGRATE}.log"
    if processes.run(settings.home, step) != 0:
        raise NeedsPerson(f"Airflow's database could not be made: {' '.join(last_lines(log, 1))}", f"see {log}")
    write_atomically(mark, version("apache-airflow"))


def _keys(folder: Path) -> dict[str, str]:
    """Secrets that all parts must share, made once and kept: a part that made its own could not talk to the others."""
    path = folder / "keys.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        names = ["AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY", "AIRFLOW__CORE__FERNET_KEY"]
        keys = {name: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() for name in names}
        write_atomically(path, json.dumps(keys), mode=0o600)
    return dict(json.loads(path.read_text()))


def _ways(variables: dict[str, str]) -> dict[str, str]:
    """Where tasks find the project and this environment's commands; loopback without proxy."""
    path = os.pathsep.join([str(Path(sys.executable).parent), variables.get("PATH", os.defpath)])
    around = ",".join(filter(None, [variables.get("NO_PROXY", variables.get("no_proxy", "")), HOST, "localhost"]))
    return {"PYTHONPATH": str(CHECKOUT), "PATH": path, "NO_PROXY": around, "no_proxy": around}
