"""What Chinese leaves out or says in its own order: days that rest on others, sizes of plants, speakers, topics."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.dates import dates
from pipelines.enrich.quantities import quantities
from pipelines.enrich.read import read
from pipelines.enrich.reading import Event, Page

TELLINGS = tomllib.loads(Path(__file__).with_name("chinese.toml").read_text(encoding="utf-8"))
CONTEXT = "稀土要闻：关注钕、镝、铽以及北方稀土和盛和资源。\n"


def events(text: str) -> list[Event]:
    """The events that `text` tells after the context."""
    found = read(Page("x", CONTEXT + text, "", "Wire", "2026-06-10", "zh")).events
    return [event for event in found if event.start >= len(CONTEXT)]


@pytest.mark.parametrize(("sentence", "wanted"), TELLINGS.items())
def test_a_sentence_tells_what_it_tells(sentence: str, wanted: str) -> None:
    assert [f"{event.type}:{event.factuality}" for event in events(sentence)] == ([wanted] if wanted else [])


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("6月4日成交，次日上调。", ["2026-06-04", "2026-06-05"]),
        ("4日成交价下跌，上周五为1600元。同日另报一价。", ["2026-06-04", "2026-06-05", "2026-06-04"]),
        ("二月三日发生火警，作业停顿九日。", ["2026-02-03"]),
        ("月初卖出新股。", ["2026-06-01"]),
        ("达产后年产值可达12亿元。", []),
        ("将于三年内供应。", []),
    ],
)
def test_a_day_may_rest_on_another_or_be_none(text: str, days: list[str]) -> None:
    assert [day.first for day in dates(text, "zh", "2026-06-10")] == days


def test_a_mass_before_a_plant_is_of_a_year() -> None:
    (size,) = quantities("长汀的5000吨磁材产线已经满产。", "zh")
    assert (size.normalised_value, size.normalised_unit, size.basis) == (5000, "t/y", "nameplate")


def test_a_total_alone_is_the_quantity() -> None:
    (event,) = events("怀特梅萨的分离线5月产出第一批氧化铽，共29公斤。")
    assert event.quantity is not None
    assert (event.quantity.normalised_value, event.quantity.basis) == (0.029, "REO")


def test_a_day_at_the_head_of_a_sentence_is_that_of_its_deed() -> None:
    (event,) = events("本周二，澳大利亚出口融资署与伊卢卡签字，为埃尼巴精炼厂追加4亿澳元贷款。")
    assert (event.type, event.date) == ("financing", "2026-06-09")


def test_a_forecaster_outside_the_register_is_named() -> None:
    (event,) = events("长江稀贵金属网预计，10月氧化镨钕供应将小幅增加。")
    assert (event.factuality, event.attribution.kind, event.attribution.to) == ("forecast", "named", "长江稀贵金属网")


def test_a_later_clause_is_of_the_site_that_the_sentence_opens_with() -> None:
    found = events("埃尼巴精炼厂：主体厂房5月完工，投产时间由2026年推迟至2027年。")
    assert {event.site_id for event in found} == {"eneabba"}


def test_terms_of_a_deal_are_the_deal() -> None:
    (event,) = events("中科三环与莱纳斯签署谅解备忘录，拟自关丹厂购买氧化镝，每年不多于50吨。")
    assert (event.type, event.site_id) == ("supply_agreement", "lynas_malaysia")
    assert event.quantity is not None
    assert (event.quantity.normalised_value, event.quantity.normalised_unit) == (50, "t/y")
