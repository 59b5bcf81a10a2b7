"""Once a day: put small files together, expire old snapshots, remove files that nothing needs, prove that no record is unaccounted for.

Each step shows its counts by table as the task's return value. Running it twice, or beside the landers, does no harm. The audit fails
with the ids of what is missing; it also runs when a step before it failed.
"""

from datetime import timedelta

from airflow.sdk import DAG, CronTriggerTimetable, ExceptionRetryPolicy, RetryAction, RetryRule, chain, task

from pipelines.errors import NeedsPerson

RETRY = ExceptionRetryPolicy(rules=[RetryRule(exception=NeedsPerson, action=RetryAction.FAIL)])

# Not at once when the scheduler first sees it: there is nothing to keep small yet.
DAILY = CronTriggerTimetable("17 3 * * *", timezone="UTC", run_immediately=False)

with DAG("maintain", schedule=DAILY, catchup=False, max_active_runs=1, tags=["maintain"], doc_md=__doc__) as dag:

    def step(name: str) -> dict:
        """Run one step over all tables; the counts are the task's return value."""
        from pipelines.maintain import STEPS
        from pipelines.settings import load_settings

        return STEPS[name](load_settings(), print)

    @task(trigger_rule="all_done", retries=1, retry_delay=timedelta(minutes=2), retry_policy=RETRY)
    def audit() -> dict:
        """Prove that every record is accounted for; what the audit found is the task's return value, or its error."""
        from pipelines.audit import audit as run
        from pipelines.settings import load_settings

        return run(load_settings(), print).held()

    again = {"retries": 3, "retry_delay": timedelta(seconds=30), "retry_exponential_backoff": True, "retry_policy": RETRY}
    chain(*(task(task_id=name, **again)(step)(name) for name in ("compact", "merge", "expire", "remove")), audit())
