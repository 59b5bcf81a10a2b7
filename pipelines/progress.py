"""How far the stages are, as tables for a terminal."""

from rich.table import Table

from pipelines.flow import TRANSFORMS, Stage, clean, raw, topics_of, valid
from pipelines.io.topics import Topics
from pipelines.settings import Settings
from schemas.vocabulary import RECORDS


def topics_table(settings: Settings) -> Table:
    """Each topic with its offsets, and what waits in it for the stage that reads it."""
    table = Table("topic", "oldest", "end", "waiting", "read by")
    with Topics(settings) as topics:
        topics.ids()
        for record in RECORDS:
            readers = {raw(record): Stage("validate", record), valid(record): Stage("enrich", record), clean(record): Stage("land", record)}
            for topic in topics_of(record):
                ends, reader = topics.ends(topic), readers.get(topic)
                waiting = "-"
                if reader and reader.verb in TRANSFORMS:
                    committed = topics.committed(reader)
                    waiting = str(sum(end - (committed[p] or 0) for p, end in ends.items()))
                oldest = sum(topics.beginnings(topic).values())
                table.add_row(topic, str(oldest), str(sum(ends.values())), waiting, reader.name if reader else f"land.{record}")
    return table
