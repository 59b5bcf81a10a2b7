"""Paragraphs under the name of a company, or labelled with it, are about that company."""

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Event, Page

CONTEXT = "稀土要闻：镝、铽、钕以及莱纳斯。\n"


def events(text: str) -> list[Event]:
    return list(read(Page("x", CONTEXT + text, "", "某会纪要", "2026-07-30", "zh")).events)


def _ids(event: Event) -> set[str | None]:
    return {actor.entity_id for actor in event.actors}


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("◆ Pensana\n混合碳酸稀土的首批产出从今年10月推迟到明年2月。", "pensana"),
        ("二、宁波韵升（600366）\n上半年钕铁硼毛坯产量7,300吨。", "ningbo_yunsheng"),
        ("【大地熊】包头二期6月底投产，年产能3,000吨。", "earth_panda"),
        ("再说北方稀土。上周四它的季报出来了，二季度产了2,080吨镨钕氧化物。", "china_northern_rare_earth"),
        ("金力永磁：上半年生产磁材成品1.62万吨。", "jl_mag"),
        ("◆ 大地熊\n产品涨价。\n◆ 会后\n董秘称，上半年生产磁材成品1.62万吨。", "lynas_rare_earths"),
    ],
)
def test_what_stands_under_a_name_is_about_it(text: str, whose: str) -> None:
    assert _ids(events(text)[-1]) == {whose}


def test_an_officer_under_the_name_of_a_company_speaks_for_it() -> None:
    found = events("◆ 阿拉弗拉\n董事长透露，22日，澳大利亚出口融资署向诺兰斯项目发放了2亿美元优先贷款。他又说，诺兰斯推迟至2029年投产。")
    assert [(event.attribution.kind, event.attribution.entity_id) for event in found] == [("self", "arafura_rare_earths")] * 2
    assert _ids(found[0]) == {"arafura_rare_earths", "export_finance_australia"}


def test_goods_from_a_plant_of_its_own_are_supplied_by_its_owner() -> None:
    (event,) = events("5月，阿拉弗拉与西门子歌美飒签订承购协议，每年从诺兰斯供应氧化镨钕240吨。")
    assert (event.site_id, [actor.role for actor in event.actors]) == ("nolans", ["supplier"])
