"""Replay or discard quarantined records, chosen by the parameters of the run ("Trigger" in the UI asks for them).

A replay sends the original bytes through the front door once more; a discarded record stays in the table and is not replayed. What has a
decision already is skipped, so a run may be cleared and repeated. `lodestream quarantine` does the same from a terminal.
"""

from airflow.sdk import DAG, Asset, Param, task

from pipelines.flow import TABLES, raw

WORDS = {"type": "array", "items": {"type": "string"}}
TIME = {"type": ["null", "string"], "format": "date-time"}
PARAMS = {
    "decision": Param("replayed", enum=["replayed", "discarded"], description="What is done with the records"),
    "source": Param([], **WORDS, description="Of these sources"),
    "rule": Param([], **WORDS, description="That broke these rules"),
    "stage": Param([], **WORDS, description="That these stages rejected"),
    "ids": Param([], **WORDS, description="With these ids"),
    "since": Param(None, **TIME, description="Pulled at or after this time"),
    "until": Param(None, **TIME, description="Pulled before this time"),
    "everything": Param(False, type="boolean", description="All that wait; needed where nothing else selects"),
    "note": Param("", type="string", description="Why, to be kept with the decision"),
}
RAW = [Asset(name=raw(record), uri=f"lodestream://topics/{raw(record)}", group="topics") for record in TABLES]

with DAG("quarantine", schedule=None, catchup=False, max_active_runs=1, params=PARAMS, tags=["quarantine"], doc_md=__doc__) as dag:

    @task(outlets=RAW)
    def decide(*, params=None) -> dict:
        """Take the decision on the chosen records; the counts by rule and what was refused are the task's return value."""
        from airflow.sdk.exceptions import AirflowSkipException

        from pipelines.replay import decide_as_asked
        from pipelines.settings import load_settings

        outcome = decide_as_asked(load_settings(), dict(params)).as_extra()
        if not outcome["records"]:
            raise AirflowSkipException(f"nothing was {outcome['decision']}: {outcome}")
        return outcome

    decide()
