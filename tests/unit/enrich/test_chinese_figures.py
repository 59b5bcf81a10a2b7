"""Figures and days of Chinese: parts of a year, what a mass is of, and lines that say when a text was written."""

import pytest

from pipelines.enrich.publication import publication
from pipelines.enrich.quantities import amounts, quantities
from pipelines.enrich.read import read
from pipelines.enrich.reading import Page


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("每月可处理废料150吨", (1800, "t/y", "nameplate")),
        ("月产能由150公噸提高到250公噸", (3000, "t/y", "nameplate")),
        ("数量每季度12吨", (48, "t/y", None)),
        ("磁材产能为500吨/月", (6000, "t/y", "nameplate")),
        ("3月产量1,320吨", (1320, "t", None)),
        ("4月16日处理废料150吨", (150, "t", "gross")),
        ("力争把氧化铽年产量做到20吨", (20, "t/y", "target")),
        ("力争把氧化铽年产能做到20吨", (20, "t/y", "nameplate")),
        ("每年向其关丹磁材厂提供至多600吨氧化镨钕", (600, "t/y", "REO")),
        ("采购氧化镝30吨用于磁材生产", (30, "t", "REO")),
        ("供应2000吨稀土精矿用于氧化物生产", (2000, "t", "concentrate")),
    ],
)
def test_a_mass_is_of_a_year_where_a_part_of_it_is_told(text: str, wanted: tuple[float, str, str | None]) -> None:
    found = quantities(text, "zh")[-1]
    assert (found.normalised_value, found.normalised_unit, found.basis) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("写于2026年5月23日夜里。昨天饭桌上又被人追问。", ("2026-05-23", "day")),
        ("2026年7月30日整理。以下按开会先后排列。", ("2026-07-30", "day")),
        ("作者：老王　发表于 2026-05-02 10:22", ("2026-05-02", "day")),
        ("2026年3月，伦敦。写这封信的时候，窗外在下雨。", ("2026-03-01", "month")),
        ("报价日期：4月16日。表中均为含税价。", (None, "day_without_year")),
        ("发稿时间：2026年6月1日 08:30　责编：李", ("2026-06-01", "day")),
        ("2026年5月，工厂投产后情况好转。", (None, "unknown")),
        ("截止日期：2026年6月1日", (None, "unknown")),
        ("本合同有效期至2026年6月1日。", (None, "unknown")),
        ("股权登记日为2026年5月14日。登记时间为上午。", (None, "unknown")),
    ],
)
def test_a_line_says_when_its_text_was_written(line: str, wanted: tuple[str | None, str]) -> None:
    text = f"{line}\n工厂已经开工，生产氧化物。"
    assert publication(Page("x", text, "标题", "某网"), text, "zh")[:2] == wanted


@pytest.mark.parametrize(("title", "wanted"), [("4月16日日评：镝价抬头", "day_without_year"), ("镝价4月16日上涨", "unknown")])
def test_a_title_that_opens_with_a_day_gives_it(title: str, wanted: str) -> None:
    assert publication(Page("x", "镝价上涨。", title, "某网"), "镝价上涨。", "zh")[:2] == (None, wanted)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("（以下均价单位：万元/吨，含税）\n主流成交67.0-67.3，持平。氧化铽报690，涨5。", [(670000, 673000, "t"), (6900000, None, "t")]),
        ("表中未另注单位的，均为万元/吨。\n镝铁合金均价为162。", [(1620000, None, "t")]),
        ("氧化镨钕均价52万元/吨，金属镨钕64万元。", [(520000, None, "t"), (640000, None, "t")]),
        ("金属镨钕报63.8-64.2万元；氧化铽持平于640万元/吨。", [(638000, 642000, "t"), (6400000, None, "t")]),
        ("钕铁硼毛坯报价145元/公斤，运费3万元。", [(145, None, "kg"), (30000, None, None)]),
        ("单位：万元/吨\n均价涨5。成交20家。报12月数据。", []),
        ("均价为162。", []),
    ],
)
def test_a_price_may_leave_out_the_unit_that_the_text_has_told(text: str, wanted: list[tuple[float, float | None, str | None]]) -> None:
    assert [(one.value, one.value_to, one.per) for one in amounts(text, "zh")] == wanted


def test_a_list_of_parts_ends_where_another_total_begins() -> None:
    text = "2026年稀土开采总量控制指标为280,000吨，其中岩矿型稀土260,500吨，离子型稀土19,500吨；冶炼分离总量控制指标265,000吨。"
    assert [w.verdict for w in read(Page("x", text, "", "", "2026-08-05", "zh")).witnesses if w.verdict == "fails"] == []
