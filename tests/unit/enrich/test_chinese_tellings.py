"""Chinese sentences and what they tell, from a table; figures whose unit a heading tells; whom minutes and digests speak of."""

import tomllib
from pathlib import Path

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Page, Reading

CONTEXT = "稀土要闻：关注钕、镝、铽以及北方稀土和盛和资源。\n"
TELLINGS = tomllib.loads(Path(__file__).with_name("chinese_tellings.toml").read_text(encoding="utf-8"))["telling"]


def reading(text: str, title: str = "", source: str = "Wire") -> Reading:
    return read(Page("x", text, title, source, "2026-06-10", "zh"))


@pytest.mark.parametrize("telling", [pytest.param(t, id=f"{t['class']} {i}") for i, t in enumerate(TELLINGS)])
def test_a_sentence_tells(telling):
    found = [e for e in reading(CONTEXT + telling["text"]).events if e.start >= len(CONTEXT)]
    assert [[e.type, e.factuality, e.attribution.kind] for e in found] == telling["events"]


def test_a_heading_tells_the_unit_of_rows_and_sentences():
    text = "一、6月主要产品产量（单位：吨）\n氧化镨钕：1,250，同比增长6.2%\n公司6月钕铁硼磁体产量为1,120，环比增长3%。"
    found = [e.quantity for e in reading(text, "盛和资源2026年6月产销快报", "上市公司公告").events]
    assert [(q.value, q.unit, q.basis) for q in found if q] == [(1250, "吨", "REO"), (1120, "吨", "magnet")]


def test_numbers_without_a_heading_are_no_tonnes():
    assert not any(e.quantity for e in reading("北方稀土6月氧化镨钕产量为1,250，环比增长3%。").events)


def test_each_step_of_a_quota_has_its_figure():
    text = "工信部6月8日下达2026年第二批稀土开采、冶炼分离总量控制指标，分别为13.5万吨和12.7万吨。"
    assert [e.quantity and e.quantity.normalised_value for e in reading(CONTEXT + text).events] == [135000, 127000]


def test_what_was_made_last_quarter_is_the_figure():
    (event,) = reading(CONTEXT + "莱纳斯上季度产出氧化镨钕2003吨，去年同期为1505吨。").events
    assert event.quantity is not None
    assert event.quantity.value == 2003


def test_minutes_are_about_the_company_of_their_title():
    text = "时间：2026年6月9日；形式：线上会议\n整理：锐岩证券有色组\n盛和资源主营氧化镨钕、氧化镝等稀土产品。\n问：有收购打算吗？\n"
    text += "答：没有，公司从未参与缅甸任何稀土矿权的收购谈判。"
    found = reading(text, "盛和资源交流会纪要", "锐岩证券")
    assert [(e.type, [a.entity_id for a in e.actors]) for e in found.events] == [("ownership_change", ["shenghe_resources"])]
    assert found.published_on == "2026-06-10"


def test_a_paragraph_that_names_nobody_is_not_of_the_firm_of_another():
    text = "北方稀土包头磁材厂5月投产。\n盛和资源发布了公告。\n云南一家锗企下月将停产检修。"
    assert [a for e in reading(text).events[1:] for a in e.actors] == []


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("氧化镝报价160万元/吨，较上周上涨5万元，涨幅3.2%。", ["holds"]),
        ("氧化镝报价160万元/吨，较上周上涨5万元，涨幅9.2%。", ["fails"]),
        ("5月出口稀土永磁5864吨，比去年同期少1356吨，下降18.8%。", ["holds"]),
        ("5月出口稀土永磁5864吨，去年同期7220吨，下降12.8%。", ["fails"]),
        ("中国铝业去年产出金属镓180吨，前年为150吨，同比增长25%。", ["fails"]),
    ],
)
def test_a_change_agrees_with_the_figures_beside_it(text, verdicts):
    assert [w.verdict for w in reading(text).witnesses if w.kind == "period_over_period"] == verdicts
