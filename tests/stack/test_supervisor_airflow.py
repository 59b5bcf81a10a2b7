"""The embedded Airflow under the supervisor, from an empty home."""

import json
import sqlite3
import stat
from pathlib import Path

import psutil
import pytest
import requests

from infra import processes
from tests.stack_fixture import TestStack

pytestmark = pytest.mark.stack
PARTS = ["airflow-api-server", "airflow-dag-processor", "airflow-scheduler", "airflow-triggerer"]
MOST_MEMORY_BYTES = 1300 * 2**20


@pytest.mark.timeout(600)
def test_airflow_comes_up_with_its_login_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "True")  # what the shell says to another Airflow is not for ours
    login = {"airflow_user": "ana", "airflow_password": "s'e c\"ret"}
    with TestStack(tmp_path, services=("broker", "store", "airflow"), **login) as stack:
        url = f"http://127.0.0.1:{stack.settings.airflow_port}"
        states = {state.name: state for state in stack.supervisor.status()}
        assert [name for name, state in states.items() if state.word == "healthy"] == [*PARTS, "broker", "store"]
        assert sum(state.memory for state in states.values()) < MOST_MEMORY_BYTES

        assert requests.post(f"{url}/auth/token", json={"username": "ana", "password": "wrong"}, timeout=30).status_code == 401
        token = requests.post(f"{url}/auth/token", json={"username": "ana", "password": "s'e c\"ret"}, timeout=30)
        assert token.status_code == 201
        bearer = {"Authorization": f"Bearer {token.json()['access_token']}"}
        assert requests.get(f"{url}/api/v2/dags", headers=bearer, timeout=30).status_code == 200
        assert requests.get(f"{url}/api/v2/dags", timeout=30).status_code == 401

        folder = stack.home / "airflow"
        for name in ("passwords.json", "keys.json"):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        assert json.loads((folder / "passwords.json").read_text()) == {"ana": "s'e c\"ret"}
        with sqlite3.connect(folder / "airflow.db") as database:
            assert database.execute("select count(*) from dag where dag_id like 'example%'").fetchone() == (0,)

        stack.kill("airflow-scheduler")  # its workers live on without it
        stack.start()
        assert {state.name: state.word for state in stack.supervisor.status()}["airflow-scheduler"] == "healthy"
        seen = [process for name in PARTS for process in processes.members(stack.home, name, None)]
        stack.stop()
        assert [process for process in seen if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []
    assert not (tmp_path / "user" / "airflow").exists()
