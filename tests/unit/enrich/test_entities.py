"""Names of the register are found where they are meant, and only there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.enrich.entities import mentions

PLACES = {
    "australia", "brazil", "california", "canada", "china", "estonia", "france", "germany", "greenland", "hong_kong", "japan", "norway",
    "south_africa", "south_korea", "texas", "thailand", "united_kingdom", "united_states", "vietnam", "india", "chile", "jiangxi", "hunan",
}  # fmt: skip


def named(text: str, language: str = "en", title: str = "") -> set[str]:
    return {m.entity_id for m in mentions(title, text, language) if m.entity_id}


def chain(text: str, language: str = "en", title: str = "") -> set[str]:
    """Companies, sites, agencies and publishers: all but places."""
    return named(text, language, title) - PLACES


OTHER_SENSES = {
    "a band and a label": ("en", "Rare Earth toured with the Temptations. The Independence plant pressed the neo soul record."),
    "a peak, a rainbow, a town": ("en", "From the Peak we saw a Rainbow over Hastings, and Donald drove us home past the Fen."),
    "a member's surname": ("en", "Gemma Lynas asked about rare earths, NdPr and dysprosium. Ms Lynas is a coming woman, Lynas knows it."),
    "an analyst": ("en", "According to Mr Hastings, demand for NdPr, dysprosium and terbium will rise. Hastings said so on Monday."),
    "fruit": ("en", "Apple growers in Kent fear frost. Apple prices fell, and the Apple harvest will be late."),
    "a record label": ("en", "Apple Records signed the singer in 1968."),
    "a member of parliament": ("en", "Jane Holt, the Labour MP, told the House that MP pay should fall. An MP from Leeds agreed."),
    "football": ("en", "Dynamo Kyiv beat Carina's brother's team; the GM of the club wept. Colossus, said one fan."),
    "a general manager": ("en", "The club's GM said that the goalkeeper would be sold in January."),
    "gene technology": ("en", "Farmers sow GM crops, and GM maize feeds the pigs."),
    "a knife": ("en", "A Santoku knife has a shorter blade than a Gyuto."),
    "a town in Cheshire": ("en", "Ellesmere Port has a boat museum. The ferry to Ellesmere Port sails at noon."),
    "a town in Estonia": ("en", "Narva lies on the river; the castle of Narva is worth a day."),
    "a harbour": ("fr", "La Rochelle accueille les voiliers ; à La Rochelle, le vieux port est piéton."),
    "a physics conference": ("en", "At the Solvay Conference of 1927 Einstein argued with Bohr. The Solvay process makes soda."),
    "a sea": ("en", "Prawns from the Arafura Sea are landed in Darwin."),
    "mountains": ("en", "Polar bears roam the Torngat Mountains."),
    "a newspaper": ("en", "The Leicester Argus printed the results. Argus Panoptes had a hundred eyes."),
    "a mayor": ("en", "Michael Bloomberg gave money to the museum, and Bloomberg Philanthropies gave more."),
    "artisanal mining": ("en", "Artisanal and small-scale mining (ASM) feeds millions. ASM sites in Ghana use mercury."),
    "recurring revenue": ("en", "Annual recurring revenue (ARR) grew by 20%, and ARR per user by 5%."),
    "least common multiple": ("en", "Find the LCM of 12 and 18. The LCM is 36."),
    "high voltage": ("en", "The inverter gives 230 VAC; VAC is not DC."),
    "central banks": ("en", "The Bank for International Settlements (BIS) said rates would stay high. BIS data show it."),
    "social media": ("en", "SMM stands for social media marketing. Our SMM team posts daily."),
    "a common noun phrase": ("en", "Every school should have an Innovation Lab. The Innovation Lab opened in May."),
    "ordinary words": ("en", "The critical metals are rare; northern minerals and energy fuels are not. An ashram on a mountain pass."),
    "comics": ("en", "Wolverine and Gambit met in Area 51. Meteoric fame followed; Cyclic time did not."),
    "an operating system": ("en", "Windows NT and the WA filter were popular. NT 4.0 crashed."),
    "a bass player": ("en", "XTC released Skylarking in 1986."),
    "other senses in French": ("fr", "Le député, élu à Lacq, mange une pomme. Neo le chat dort. Le 12 bis est fermé. « Penco », dit-il."),
    "fruit in Chinese": ("zh", "烟台苹果产量增加，红苹果每斤五元。苹果园里游客很多，苹果和梨都便宜。"),
    "a lake in Chinese": ("zh", "微山湖的荷花开了，我们在微山吃鱼。"),
    "rare earths of the country": ("zh", "中国稀土产业历史悠久，中国稀土出口下降，中国稀土资源丰富。"),
    "a laboratory in Chinese": ("zh", "学校新建了创新实验室，孩子们在创新实验室里做磁铁。"),
    "parts of other words": ("zh", "彭博士沿着马路透过窗户看见一位理财新闻记者，三德是佛家语，华东堡垒已经拆除。"),
    "a department of shops": ("zh", "公司商务部门负责接待，省国资委派人参加。"),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHER_SENSES)
def test_a_name_in_another_sense_is_no_entity(case: str) -> None:
    language, text = OTHER_SENSES[case]
    assert chain(text, language) == set()


MEANT = {
    "the company by its full name, then short": (
        "en", "Neo Performance Materials Inc. (\"Neo\") reported. Neo plans a line for neo magnets.", {"neo_performance_materials"},
    ),
    "MP beside its mine": ("en", "MP Materials runs Mountain Pass. MP said output rose.", {"mp_materials", "mountain_pass"}),
    "a short name after a ticker": (
        "en", "American Rare Earths (ASX: ARR) drilled ten holes. ARR will report in May.",
        {"american_rare_earths"},
    ),
    "three that look alike": (
        "en", "USA Rare Earth, American Rare Earths Ltd and American Resources Corporation are three companies.",
        {"usa_rare_earth", "american_rare_earths", "american_resources"},
    ),
    "a misspelling": ("en", "Americas Resources sold its stake.", {"american_resources"}),
    "three northern names": (
        "en", "Northern Minerals, Northern Rare Earth and the Northern Miner are not related.",
        {"northern_minerals", "china_northern_rare_earth", "northern_miner"},
    ),
    "VAC and e-VAC": (
        "en", "Vacuumschmelze (VAC) of Hanau and e-VAC Magnetics parted. VAC stays German.", {"vacuumschmelze", "e_vac_magnetics"},
    ),
    "Chinalco and Chalco": ("en", "Chinalco owns part of Chalco.", {"chinalco", "chalco"}),
    "a carmaker by initials in its trade": ("en", "The carmaker GM buys rare earth magnets made of neodymium.", {"general_motors"}),
    "a phone maker": ("en", "Apple unveiled a new iPhone in Cupertino.", {"apple"}),
    "a customer of the mine": ("en", "MP Materials will ship magnets to Apple from 2027.", {"mp_materials", "apple"}),
    "a deposit called like a man": ("en", "Astron Corporation will mine monazite at the Donald project.", {"astron", "donald_project"}),
    "a town for a plant": ("en", "Lynas Rare Earths restarted its plant in Kuantan.", {"lynas_rare_earths", "lynas_malaysia"}),
    "the other plant in the same town": (
        "en",
        "JS Link broke ground on a magnet factory in Kuantan. It will buy oxides from Lynas.",
        {"js_link", "js_link_kuantan", "lynas_rare_earths"},
    ),
    "possessive and hyphen": (
        "en", "Iluka's refinery and a Lynas-backed line need rare earth concentrate.",
        {"iluka_resources", "lynas_rare_earths"},
    ),
    "capitals of a headline": ("en", "LYNAS RARE EARTHS LIFTS OUTPUT AT MOUNT WELD", {"lynas_rare_earths", "mount_weld"}),
    "agencies": (
        "en", "The Pentagon and the US Department of Energy met China's Ministry of Commerce.",
        {"us_department_of_defense", "us_department_of_energy", "mofcom"},
    ),
    "a ministry whose country is named elsewhere": ("en", "China acted on Friday. The Ministry of Commerce published a list.", {"mofcom"}),
    "a plant in French": (
        "fr", "Neo Performance Materials agrandit son usine de Narva, en Estonie.", {"neo_performance_materials", "narva_magnet_plant"},
    ),
    "a town before the plant in French": (
        "fr", "À La Rochelle, Solvay a ouvert une ligne de séparation de terres rares.", {"solvay", "solvay_la_rochelle"},
    ),
    "English names in French": (
        "fr", "Selon Mining.com, USA Rare Earth fournira General Motors.",
        {"mining_com", "usa_rare_earth", "general_motors"},
    ),
    "a ministry in French": (
        "fr", "Le ministère chinois du Commerce et la Commission européenne ont parlé.",
        {"mofcom", "european_commission"},
    ),
    "group, listed company, Hong Kong company": (
        "zh", "中国稀土集团与中国稀土（000831）及中国稀土控股（0769.HK）各不相同。",
        {"china_rare_earth_group", "china_rare_earth_resources_technology", "china_rare_earth_holdings"},
    ),
    "the listed company by its code": (
        "zh", "证券代码：000831 证券简称：中国稀土。中国稀土公告称稀土产线投产。", {"china_rare_earth_resources_technology"},
    ),
    "company and mine of one name": (
        "zh", "芒廷帕斯宣布，将在加州芒廷帕斯矿扩建稀土分离线。", {"mp_materials", "mountain_pass"},
    ),
    "a ministry inside another": ("zh", "美国商务部与商务部会谈。", {"us_department_of_commerce", "mofcom"}),
    "traditional characters": ("zh", "萊納斯擴建關丹工廠，生產氧化鏑、氧化鋱等稀土產品。", {"lynas_rare_earths", "lynas_malaysia"}),
    "registered names": (
        "zh", "中国北方稀土（集团）高科技股份有限公司与江西金力永磁科技股份有限公司签约。", {"china_northern_rare_earth", "jl_mag"},
    ),
    "a phone maker in Chinese": ("zh", "苹果将从芒廷帕斯材料公司采购稀土磁体，用于手机。", {"apple", "mp_materials"}),
    "a carmaker in Chinese": ("zh", "通用汽车与诺维恩签署磁材协议。", {"general_motors"}),
}  # fmt: skip


@pytest.mark.parametrize("case", MEANT)
def test_a_name_that_is_meant_is_found(case: str) -> None:
    language, text, expected = MEANT[case]
    assert chain(text, language) == expected


PLACE_CASES = [
    ("en", "Exports to China, the US and South Korea rose.", {"china", "united_states", "south_korea"}),
    ("en", "Chinese and American buyers met Japanese ones.", set()),
    ("en", "The grant is worth US$5 million, or A$7 million.", set()),
    ("en", "The Bank of China, Texas Instruments and the South China Sea were discussed.", set()),
    ("en", "North Korea fired a rocket.", set()),
    ("en", "Songwe Hill, Malawi\nThe drilling was completed. Export, FOB China, USD per kg", {"malawi", "china", "songwe_hill"}),
    ("en", "Kaolin, or China clay, and Brazil nuts were on sale.", set()),
    ("en", "It won a grant from Innovate UK.", set()),
    ("en", "join us in the EU", {"european_union"}),
    ("fr", "La Chine et les États-Unis négocient ; l'Inde attend. Le cochon d'Inde dort.", {"china", "united_states", "india"}),
    ("fr", "Une entreprise chinoise a payé 3 millions de dollars US.", set()),
    ("zh", "发展中国家与欧美国家的看法不同，其中国内需求占一半。", set()),
    ("zh", "11月5日，今日本公司股票停牌。", set()),
    ("zh", "河南非法开采被查处，长江西岸的厂已关闭，洞庭湖南岸也一样。", set()),
    ("zh", "福建海川新材料有限公司在江西定南县开工。", {"jiangxi"}),
    ("zh", "泰国商务部发布公告。", set()),
    ("zh", "对美国和日本出口下降。", {"united_states", "japan"}),
]


@pytest.mark.parametrize(("language", "text", "expected"), PLACE_CASES)
def test_places_are_names_and_no_adjectives(language: str, text: str, expected: set[str]) -> None:
    assert named(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "巴西矿产与能源部批准了稀土项目。", set()),
        ("zh", "挪威进出口银行向稀土项目贷款。", set()),
        ("zh", "稀土协议由加拿大和印度商定，日本当局未置评。", {"canada", "india", "japan"}),
        ("zh", "中国与韩国能源部门会谈，稀土在议。", {"china", "south_korea"}),
        ("en", "The Mining Authority of Norway licensed a rare earth mine in Vietnam.", {"vietnam"}),
        ("fr", "Le Service géologique du Brésil étudie les terres rares en France.", {"france"}),
    ],
)
def test_a_country_inside_the_name_of_an_authority_is_no_mention(language: str, text: str, expected: set[str]) -> None:
    assert named(text, language) == expected


def test_a_site_in_the_first_cell_of_a_row_is_named() -> None:
    assert "fen" in named("Fen, Telemark | Rare Earths Norway | rare earth resource of neodymium")


def test_the_town_of_a_product_is_the_plant_of_its_maker() -> None:
    assert "lynas_malaysia" in named("Lynas Rare Earths produced terbium oxide in Kuantan.")


def test_the_publisher_in_a_head_with_a_date_is_named() -> None:
    assert named("Argus, 3 février 2026\nLes cours sont calmes.", "fr") == {"argus"}


def test_a_headline_of_common_words_needs_the_company_in_the_text() -> None:
    title = "Critical Metals Demand and Energy Fuels Inflation Worry Northern Minerals Buyers"
    assert chain("Prices of many goods rose again.", title=title) == set()
    assert chain("Energy Fuels said it would mine more uranium.", title=title) == {"energy_fuels"}


def test_a_name_that_fits_two_stays_without_an_id() -> None:
    text = "中国稀土（000831）与中国稀土控股（0769.HK）同日公告。"
    assert {(m.surface, m.entity_id) for m in mentions("", text, "zh")} == {
        ("中国稀土", "china_rare_earth_resources_technology"), ("中国稀土控股", "china_rare_earth_holdings"),
    }  # fmt: skip


def test_organisations_outside_the_register_keep_their_surface() -> None:
    english = mentions("", "It signed with Blue Harbor Alloys Ltd and told the consultancy Quarry Lane.", "en")
    assert [(m.surface, m.type, m.entity_id) for m in english] == [
        ("Blue Harbor Alloys Ltd", "company", None), ("Quarry Lane", "company", None),
    ]  # fmt: skip
    chinese = mentions("", "公司收购福建海川新材料有限公司股权。", "zh")
    assert [(m.surface, m.type, m.entity_id) for m in chinese] == [("福建海川新材料有限公司", "company", None)]


def test_offsets_count_characters_of_their_own_part() -> None:
    title, text, removed = "Lynas’s İstanbul talk 😀", "Ünïcode 😀\u202eİ then Lynas.", ["SMM: rare earth magnets of neodymium"]
    parts = {(True, False): title, (False, False): text, (False, True): "\n".join(removed)}
    found = mentions(title, text, "en", removed=removed)
    assert {(m.entity_id, parts[m.in_title, m.in_removed][m.start : m.end]) for m in found} == {
        ("lynas_rare_earths", "Lynas"), ("smm", "SMM"),
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.sampled_from(["en", "fr", "zh", "xx"]))
def test_any_text_is_safe_and_every_surface_is_its_place(noise: str, language: str) -> None:
    text = noise + " Lynas \ud800 MP Materials，中国稀土 " + noise
    for mention in mentions(noise, text, language):
        assert (noise if mention.in_title else text)[mention.start : mention.end] == mention.surface


@pytest.mark.parametrize("unit", ["A", "Peak ", "中国稀土", "MP Materials (", "United States of ", "\u202e😀", "Ministry of "])
def test_a_megabyte_of_anything_takes_linear_time(unit: str) -> None:
    mentions("", unit * (200_000 // len(unit)), "en")
    mentions("", unit * (200_000 // len(unit)), "zh")
