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


def test_a_quota_is_given_to_a_company_in_the_form_that_its_notice_states() -> None:
    (event,) = events("北方稀土获得2026年第一批轻稀土开采指标8万吨。\n本批指标统一折稀土氧化物计算。")
    assert [(actor.role, actor.entity_id) for actor in event.actors] == [("recipient", "china_northern_rare_earth")]
    assert event.quantity is not None
    assert (event.quantity.normalised_value, event.quantity.basis) == (80000, "REO")


def test_an_authority_outside_the_register_is_the_one_that_its_sentence_names() -> None:
    (event,) = events("国家矿山安全监察局于5月20日暂停白云鄂博稀土矿的开采许可。")
    assert [(actor.role, actor.entity_id, actor.surface) for actor in event.actors] == [("authority", None, "国家矿山安全监察局")]
    assert (event.site_id, event.materials) == ("bayan_obo", ("rare_earths",))


def test_an_output_without_a_period_is_of_the_one_before_and_not_of_the_one_compared_with() -> None:
    found = events("第一季度，北方稀土生产氧化镨钕8200吨。氧化镧产量1.1万吨，去年一季度为9000吨。")
    assert [event.date for event in found] == ["2026-01-01", "2026-01-01"]


def test_not_one_tonne_is_no_quantity() -> None:
    (event,) = events("莱纳斯关丹厂连一吨镝都没有发出。")
    assert (event.factuality, event.quantity) == ("denied", None)


def test_an_interest_is_in_a_site() -> None:
    (event,) = events("盛和资源将其在恩古拉项目的30%权益转让给北方稀土。")
    assert (event.type, event.site_id) == ("ownership_change", "ngualla")


def test_figures_told_in_order_belong_to_the_products_told_in_order() -> None:
    found = events("第二季度氧化镨钕和氧化镝产量分别为3200吨和45吨。")
    assert [(event.materials, event.quantity and event.quantity.normalised_value) for event in found] == [(("NdPr",), 3200), (("Dy",), 45)]
    found = events("今日氧化镨钕、氧化铽均价分别为58万元/吨和612万元/吨。")
    assert [(event.materials, event.amount and event.amount.value) for event in found] == [(("NdPr",), 580000), (("Tb",), 6120000)]


@pytest.mark.parametrize(
    ("sentence", "value"), [("氧化镝由每公斤1700元跌至1650。", 1650), ("金属镨钕从73万元/吨升到75.5，成交寥寥。", 755000)]
)
def test_a_new_price_may_leave_out_its_unit(sentence: str, value: float) -> None:
    (event,) = events(sentence)
    assert event.amount is not None
    assert event.amount.value == value


def test_an_answer_is_the_word_of_the_company_that_is_asked() -> None:
    (event,) = events("问：如何筹资？\n答：将于下月发行5亿元公司债，由北方稀土自用。")
    assert (event.attribution.kind, event.attribution.entity_id) == ("self", "china_northern_rare_earth")


def test_the_name_of_a_company_tells_no_step_of_the_chain() -> None:
    (event,) = events("6月8日，四川江铜稀土磁材有限公司与北方稀土签署供货合同。")
    assert (event.type, event.stage, event.materials) == ("supply_agreement", None, ())


def _voices(text: str) -> list[tuple[str, str | None]]:
    return [(event.attribution.kind, event.attribution.to) for event in events(text)]


def test_a_person_whom_an_office_introduced_speaks_for_the_company_by_name_alone() -> None:
    text = "大地熊的钕铁硼产线5月投产，副总经理沈红介绍说。沈红还说，公司的废料回收线6月停产。"
    assert _voices(text) == [("self", "大地熊"), ("self", "大地熊")]


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("湖南一家磁材企业的采购负责人表示，钕铁硼订单较上月减少。", ("anonymous", "湖南一家磁材企业的采购负责人")),
        ("圈里有人传，盛和资源正在谈收购英洛华。", ("anonymous", "圈里有人")),
        ("据《星洲日报》报道，莱纳斯关丹厂上月因限水停产五天。", ("named", "星洲日报")),
        ("甘肃一家回收企业宣布，其钕铁硼回收线5月停产。", ("self", "甘肃一家回收企业")),
    ],
)
def test_whose_word_it_is(text: str, voice: tuple[str, str]) -> None:
    assert _voices(text) == [voice]


def test_each_of_two_investors_has_a_sum_of_its_own() -> None:
    found = events("15日，岩谷产业和日本金属与能源安全机构分别认购莱纳斯新股1.2亿澳元和8000万澳元。")
    sums = [(event.actors[0].entity_id, event.amount and event.amount.value) for event in found]
    assert sums == [("iwatani", 1.2e8), ("jogmec", 8e7)]


def test_a_row_of_products_is_an_event_for_each() -> None:
    found = events("2025年，北方稀土生产稀土氧化物1.8万吨，稀土金属4.2万吨，同比分别增长5%和8%。")
    made = [(event.stage, event.quantity and event.quantity.normalised_value) for event in found]
    assert made == [("separation", 18000), ("metal", 42000)]


def test_figures_have_the_period_that_a_line_above_gives() -> None:
    found = events("以下数据均为2025年度。莱纳斯共产出镨钕氧化物6558吨。")
    assert [(event.date, event.date_precision) for event in found] == [("2025-01-01", "year")]


def test_a_firm_outside_the_register_goes_on_under_its_short_name() -> None:
    found = events("方兴稀土公司4月产出氧化镧310吨。县财政3月18日向方兴稀土拨付技改补助1200万元。")
    assert [[actor.surface for actor in event.actors if actor.role != "investor"] for event in found] == [["方兴稀土公司"], ["方兴稀土"]]


def test_an_answer_speaks_of_what_was_asked_for() -> None:
    found = events("问：北方稀土一季度氧化镨钕产量多少？\n答：一季度产量为2450吨。")
    assert [event.materials for event in found] == [("NdPr",)]


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    (event,) = events("業內人士指，國內鏑鐵合金及磁體價格短期內難以回升。")
    assert (event.type, event.materials) == ("market_assessment", ("Dy",))
