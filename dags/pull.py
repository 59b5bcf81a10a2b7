"""Pull each source on its own schedule: new records and the source's cursor go to its raw topic in one transaction.

A run with nothing new is shown as skipped. It may be cleared and run again at any time: what is pulled twice lands once.
"""

from datetime import timedelta

from airflow.sdk import DAG, Asset, CronTriggerTimetable, ExceptionRetryPolicy, RetryAction, RetryRule, task

from pipelines.errors import NeedsPerson
from pipelines.sources import SOURCES

RETRY = ExceptionRetryPolicy(rules=[RetryRule(exception=NeedsPerson, action=RetryAction.FAIL)])

for source in SOURCES:
    raw = Asset(name=f"raw.{source.record}", uri=f"lodestream://topics/raw.{source.record}", group="topics")

    schedule = CronTriggerTimetable(source.schedule, timezone="UTC", run_immediately=False)

    with DAG(
        f"pull_{source.name}", schedule=schedule, catchup=False, max_active_runs=1, tags=["pull", source.record],
        doc_md=f"{__doc__}\n\n**{source.publisher}**, licence `{source.licence}`: {source.licence_note}",
    ) as dag:  # fmt: skip

        @task(outlets=[raw], retries=4, retry_delay=timedelta(seconds=20), retry_exponential_backoff=True, retry_policy=RETRY)
        def pull(name: str, asset: Asset, *, outlet_events=None) -> dict:
            """Publish the new records of the source, then its cursor."""
            from airflow.sdk.exceptions import AirflowSkipException

            from pipelines.pull import pull as run_pull
            from pipelines.settings import load_settings

            counts = run_pull(load_settings(), name)
            if not counts["records"]:
                raise AirflowSkipException(f"{name}: nothing new since the last pull ({counts})")
            outlet_events[asset].extra = counts
            return counts

        pull(source.name, raw)

    globals()[dag.dag_id] = dag
