"""Runs each DAG with `dag.test()` in this process and prints the states as JSON; started with Airflow's environment."""

import json
import runpy
import sys
from pathlib import Path

from airflow.sdk import DAG

found = {}
for path in sorted(Path(sys.argv[1]).glob("*.py")):
    found |= {dag.dag_id: dag for dag in runpy.run_path(str(path)).values() if isinstance(dag, DAG)}
print("STATES " + json.dumps({name: str(found[name].test().state) for name in sys.argv[2:]}))
