"""How Airflow's parts are, by what its API server says: `python -m infra.airflow_health http://HOST:PORT PART` exits with 0 if well."""

import json
import sys
from datetime import datetime
from urllib.request import ProxyHandler, build_opener

# Part by its command: where its state and its last sign of life stand in the answer.
ANSWERS = {
    "api-server": ("metadatabase", ""),
    "scheduler": ("scheduler", "latest_scheduler_heartbeat"),
    "dag-processor": ("dag_processor", "latest_dag_processor_heartbeat"),
    "triggerer": ("triggerer", "latest_triggerer_heartbeat"),
}


def is_healthy(url: str, command: str, since: float = 0.0) -> bool:
    """Whether the part is well, and said so after `since` (seconds of the epoch); raises OSError if nobody answers at `url`."""
    state, heartbeat = ANSWERS[command]
    # The stack is never reached by a proxy, whatever the environment says.
    with build_opener(ProxyHandler({})).open(f"{url}/api/v2/monitor/health", timeout=5) as answer:
        said = json.load(answer)[state]
    # A part that was killed counts as healthy for 30 s: its successor is up when it has spoken itself.
    return bool(said["status"] == "healthy") and (not heartbeat or datetime.fromisoformat(said[heartbeat]).timestamp() >= since)


if __name__ == "__main__":
    sys.exit(not is_healthy(sys.argv[1], sys.argv[2]))
