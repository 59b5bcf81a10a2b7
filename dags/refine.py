"""Validate, enrich and land what waits in the topics of a record.

Woken by the asset of the record's raw topic, and every quarter of an hour besides: the work is taken from the topics' offsets, never
from the list of asset events, which may be incomplete. Rejected records lie in quarantine with the rule that they broke.
"""

from datetime import timedelta

from airflow.sdk import DAG, Asset, AssetOrTimeSchedule, CronTriggerTimetable, ExceptionRetryPolicy, RetryAction, RetryRule, chain, task

from pipelines.errors import NeedsPerson
from pipelines.flow import TABLES, VERBS

RETRY = ExceptionRetryPolicy(rules=[RetryRule(exception=NeedsPerson, action=RetryAction.FAIL)])
SWEEP = CronTriggerTimetable("*/15 * * * *", timezone="UTC", run_immediately=False)

for record, tables in TABLES.items():
    raw = Asset(name=f"raw.{record}", uri=f"lodestream://topics/raw.{record}", group="topics")
    landed = Asset(name=f"tables.{record}", uri=f"lodestream://tables/{tables[0]}", group="tables")
    schedule = AssetOrTimeSchedule(timetable=SWEEP, assets=raw)

    with DAG(f"refine_{record}", schedule=schedule, catchup=False, max_active_runs=1, tags=["refine", record], doc_md=__doc__) as dag:

        def drain(stage: str, asset: Asset, *, outlet_events=None) -> dict:
            """Work through all that the stage's topic holds now; the counts are the task's return value and the asset's event."""
            from pipelines.run import drain as run_drain
            from pipelines.settings import load_settings

            counts = run_drain(load_settings(), stage).as_extra()
            if stage.startswith("land"):
                outlet_events[asset].extra = counts
            return counts

        again = {"retries": 4, "retry_delay": timedelta(seconds=20), "retry_exponential_backoff": True, "retry_policy": RETRY}
        outlets = {"land": [landed]}
        chain(*(task(task_id=v, outlets=outlets.get(v, []), **again)(drain)(f"{v}.{record}", landed) for v in VERBS))

    globals()[dag.dag_id] = dag
