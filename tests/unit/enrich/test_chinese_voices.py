"""Chinese: authorities and firms outside the register that speak, plants of nobody who is named, deals and their deliveries."""

import pytest

from pipelines.enrich.read import read
from pipelines.enrich.reading import Event, Page

CONTEXT = "稀土要闻：关注钕、镝、铽以及北方稀土和盛和资源。\n"


def events(text: str) -> list[Event]:
    found = read(Page("x", CONTEXT + text, "", "Wire", "2026-06-10", "zh")).events
    return [event for event in found if event.start >= len(CONTEXT)]


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("中信证券首席分析师李明认为，明年氧化镝需求将增长。", ("named", "中信证券")),
        ("业内分析师预计，短期内氧化镨钕供应继续偏紧。", ("anonymous", "业内分析师")),
        ("《矿业导报》预计，第四季度钕铁硼需求将强于第三季度。", ("named", "矿业导报")),
        ("咨询机构Project Blue在一份报告里写道，短期内海外氧化铽供应仍将偏紧。", ("named", "Project Blue")),
        ("自然资源与环境可持续部周三重申，自2024年1月1日起实施的稀土原矿出口禁令继续有效。", ("self", "自然资源与环境可持续部")),
        ("腾冲一名贸易商说，缅甸克钦邦板瓦一带的离子型稀土矿自6月初以来停止开采。", ("anonymous", "腾冲一名贸易商")),
    ],
)
def test_whose_word_it_is(text: str, voice: tuple[str, str]) -> None:
    (event,) = events(text)
    assert (event.attribution.kind, event.attribution.to) == voice


def test_a_clause_that_only_compares_a_schedule_is_no_plan_of_its_own() -> None:
    (event,) = events("北方稀土周三说，包头分离产线将于2027年第三季度投产，比原计划晚两个季度。")
    assert (event.type, event.date) == ("schedule_guidance", "2027-07-01")


def test_a_period_that_ended_is_over() -> None:
    (event,) = events("截至2月28日的三个月里，北方稀土产出氧化镨钕1150吨。")
    assert (event.date, event.date_to) == ("2025-12-01", "2026-02-28")


def test_a_mine_of_some_region_is_nobody_s_who_is_named() -> None:
    event = events("北方稀土6月产出氧化铽1.8吨。缅甸克钦邦板瓦一带的离子型稀土矿自6月初以来停止开采。")[-1]
    assert (event.type, event.actors) == ("facility_change", ())


def test_a_delivery_is_of_the_deal_before_it() -> None:
    found = events("JS Link已与莱纳斯签署供货协议，后者每年向其关丹磁材厂提供至多600吨氧化镨钕。首批货物定于2027年第一季度交付。")
    assert [event.type for event in found] == ["supply_agreement", "schedule_guidance"]
    assert [(actor.role, actor.entity_id) for actor in found[1].actors] == [("supplier", "lynas_rare_earths"), ("buyer", "js_link")]
    assert [(event.site_id, event.stage, event.materials) for event in found] == [(None, "separation", ("NdPr",))] * 2


def test_of_two_plants_of_a_town_the_product_tells_which() -> None:
    (event,) = events("JS Link与莱纳斯表示，关丹磁材厂5月投产。")
    assert event.site_id == "js_link_kuantan"


def test_a_row_of_products_with_their_prices_is_a_price_for_each() -> None:
    wanted = [("NdPr", 520000), ("NdPr", 640000), ("Dy", 1600000)]
    found = events("今日氧化镨钕均价52万元/吨，金属镨钕64万元，镝铁合金160万元。")
    assert [(event.materials[0], event.amount and event.amount.value) for event in found] == wanted
    found = events("上海报价：氧化镧4000元/吨、氧化铈11500元/吨。")
    assert [(event.materials[0], event.amount and event.amount.value) for event in found] == [("La", 4000), ("Ce", 11500)]


def test_a_quota_after_a_semicolon_is_another_of_the_same_year() -> None:
    found = events("2026年稀土开采指标中岩矿型稀土260,500吨；稀土冶炼分离总量控制指标265,000吨。")
    assert [(event.quantity and event.quantity.normalised_value, event.date) for event in found] == [
        (260500, "2026-01-01"), (265000, "2026-01-01"),
    ]  # fmt: skip


def test_who_writes_says_we_for_himself() -> None:
    (event,) = events("我们认为，下半年高性能钕铁硼价格有望企稳。")
    assert (event.type, event.attribution.kind) == ("market_assessment", "none")


def test_an_authority_that_is_no_part_of_what_it_tells_is_named() -> None:
    (event,) = events("经济部今天表示，国内厂商稀土磁铁短期供应无虞。")
    assert (event.attribution.kind, event.attribution.to) == ("named", "经济部")


def test_what_a_company_of_the_chain_signs_is_of_the_chain() -> None:
    text = "问：出口许可证拿到了吗？\n答：公司已取得三张通用许可证，覆盖欧洲主要客户。"
    page = Page("x", text, "宁波韵升股份有限公司投资者关系活动记录表", "SZSE", "2026-05-14", "zh")
    assert [event.type for event in read(page).events] == ["permit"]
    page = Page("x", "公司定于5月20日召开股东大会，审议续聘会计师事务所的议案。", "宁波韵升股份有限公司关于召开股东大会的通知", "SZSE")
    assert read(page).events == ()
