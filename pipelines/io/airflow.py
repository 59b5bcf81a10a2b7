"""Airflow's REST interface, as far as the main job needs it: start runs, wait for them, read what their tasks returned."""

import time
from collections.abc import Callable
from typing import Any

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipelines.errors import NeedsPerson, Transient
from pipelines.settings import Settings

ENDED = ("success", "failed")


class Airflow:
    """A client of one Airflow; `address` is that of its UI."""

    def __init__(self, settings: Settings) -> None:
        self.address = f"http://127.0.0.1:{settings.airflow_port}"
        self._session = requests.Session()
        self._session.trust_env = False  # loopback goes by no proxy
        login = {"username": settings.airflow_user, "password": settings.airflow_password.get_secret_value()}
        token = self._call("POST", "/auth/token", json=login)["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def wait_for_dag(self, dag: str, seconds: float) -> None:
        """Wait until Airflow knows a DAG; raises NeedsPerson with its import errors when it does not come."""
        self._until(lambda: self._call("GET", f"/api/v2/dags/{dag}", missing={}), seconds, lambda: self._import_errors(dag))

    def trigger(self, dag: str) -> str:
        """Start a run and return its id."""
        run = self._call("POST", f"/api/v2/dags/{dag}/dagRuns", json={"logical_date": None})
        return str(run["dag_run_id"])

    def wait(self, dag: str, run: str, seconds: float) -> str:
        """Wait for the end of a run; returns its state."""

        def ended() -> str:
            state = str(self._call("GET", f"/api/v2/dags/{dag}/dagRuns/{run}")["state"])
            return state if state in ENDED else ""

        return str(self._until(ended, seconds, lambda: f"the run {run} of {dag} did not end in {seconds:.0f} s"))

    def runs_since(self, dag: str, since: str, run_type: str | None = None) -> list[str]:
        """Ids of the runs that began after `since` (ISO 8601), the latest first; one of the schedule may be due a little earlier."""
        query = {"start_date_gte": since, "order_by": "-run_after", "limit": "100"} | ({"run_type": run_type} if run_type else {})
        return [str(run["dag_run_id"]) for run in self._call("GET", f"/api/v2/dags/{dag}/dagRuns", params=query)["dag_runs"]]

    def woken_run(self, dag: str, since: str, seconds: float) -> str:
        """Wait for a run that an asset event started after `since` (ISO 8601) and return its id; empty when none came."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if runs := self.runs_since(dag, since, "asset_triggered"):
                return runs[0]
            time.sleep(0.5)
        return ""

    def returned(self, dag: str, run: str, task: str) -> dict[str, Any]:
        """What a task returned; empty when it returned nothing."""
        path = f"/api/v2/dags/{dag}/dagRuns/{run}/taskInstances/{task}/xcomEntries/return_value"
        value = self._call("GET", path, missing={}, params={"deserialize": "true"}).get("value")
        return value if isinstance(value, dict) else {}

    def asset_events(self) -> list[dict[str, Any]]:
        """The latest asset events; their `extra` holds the counts of the runs."""
        latest = {"limit": "100", "order_by": "-timestamp"}
        return list(self._call("GET", "/api/v2/assets/events", params=latest)["asset_events"])

    def _until(self, check: Callable[[], Any], seconds: float, why: Callable[[], str]) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := check():
                return found
            time.sleep(0.5)
        raise NeedsPerson(why(), f"look at {self.address} and at `lodestream logs airflow-scheduler`")

    def _import_errors(self, dag: str) -> str:
        errors = self._call("GET", "/api/v2/importErrors").get("import_errors", [])
        told = "; ".join(str(e.get("stack_trace", "")).strip().split("\n")[-1] for e in errors)
        return f"Airflow does not know the DAG {dag}" + (f": {told}" if told else "")

    @retry(retry=retry_if_exception_type(Transient), stop=stop_after_attempt(5), wait=wait_exponential(0.5, max=10), reraise=True)
    def _call(self, method: str, path: str, missing: dict[str, Any] | None = None, **arguments: Any) -> dict[str, Any]:
        try:
            answer = self._session.request(method, self.address + path, timeout=30, **arguments)
        except requests.RequestException as error:
            raise Transient(f"Airflow does not answer at {self.address}: {error}", "`lodestream status` tells whether it is up") from error
        if answer.status_code >= 500:
            raise Transient(f"Airflow answered {method} {path} with {answer.status_code}: {answer.text[:300]}")
        if answer.status_code == 404 and missing is not None:
            return missing
        if answer.status_code == 401:
            raise NeedsPerson("Airflow refused the login", "set LODESTREAM_AIRFLOW_USER and LODESTREAM_AIRFLOW_PASSWORD")
        if not answer.ok:
            raise NeedsPerson(f"Airflow answered {method} {path} with {answer.status_code}: {answer.text[:300]}")
        found: dict[str, Any] = answer.json()
        return found
