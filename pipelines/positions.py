"""Where stages and tables stand in the topics, moved by hand: read again, or accept that a topic was made anew."""

from pipelines.errors import NeedsPerson
from pipelines.flow import STAGES, TABLES, TRANSFORMS, clean, quarantine, topics_of
from pipelines.io.lake import Lake, Progress, Reached
from pipelines.io.topics import Topics
from pipelines.settings import Settings
from schemas import CONTRACTS
from schemas.arrow import table_of


def rewind(settings: Settings, name: str) -> None:
    """Let a stage read again from the oldest record that its topic holds; raises NeedsPerson for a stage that has no group.

    What it repeats is recognised by its origin and not landed again, unless the rules have a new version: then it is a generation of its
    own, and every document gets a new revision.
    """
    stage = STAGES.get(name)
    if stage is None or stage.verb not in TRANSFORMS:
        groups = [s for s in STAGES if STAGES[s].verb in TRANSFORMS]
        raise NeedsPerson(f"{name!r} is no stage that can be rewound", f"these can: {', '.join(groups)}; a lander follows its tables")
    with Topics(settings) as topics:
        topics.rewind(stage)


def adopt(settings: Settings, topic: str) -> list[str]:
    """Let the tables begin a topic at the oldest record that it holds, whatever they had read before; returns the tables.

    For a topic that was made anew, and for records that retention has taken: both are losses that a person has to accept.
    """
    record = next((r for r in TABLES if topic in topics_of(r)), None)
    if record is None:
        known = ", ".join(t for r in TABLES for t in topics_of(r))
        raise NeedsPerson(f"there is no topic {topic!r}", f"the topics are {known}")
    with Topics(settings) as topics:
        topic_id, oldest = topics.ids()[topic], topics.beginnings(topic)
    lake = Lake.open(settings)
    moved = []
    for name in (*{clean(record): TABLES[record], quarantine(record): ("quarantine", "decisions")}.get(topic, ()), "accounting"):
        before = lake.tables[name].reached(topic, topic_id)
        same = before.topic_id == topic_id
        offsets = {str(p): max(first, before.next_offset(p)) if same else first for p, first in oldest.items()}
        after = Reached(topic_id, offsets, before.origins)
        if after != before:
            progress: Progress = {topic: (before, after)}
            lake.tables[name].append(table_of(CONTRACTS[name], []), progress)
            moved.append(name)
    return moved
