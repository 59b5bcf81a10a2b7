"""Clean text: what promotes, shares or navigates goes; every sentence of the story stays."""

import time

import pytest
from hypothesis import given, settings

from pipelines.enrich.text import Clean, clean
from tests.unit.enrich.hostile import HUGE, texts


@pytest.mark.parametrize(
    "line",
    [
        ">> Start your free trial of the price service",
        "Subscribe to our newsletter",
        "Read also: what a magnet is",
        "Share this story: LinkedIn | X | Email",
        "Print | Close",
        "Home > Markets > Metals",
        "For daily prices, sign up for our free newsletter.",
        "Abonnez-vous à notre lettre hebdomadaire",
        "Lire aussi : le dossier des aimants",
        "Imprimer | Partager",
        "Article réservé à nos abonnés : la série complète",
        "Documents joints : annexe (PDF), carte",
        "Tous nos articles sont sur l'application gratuite",
        "Attachments: annual report (PDF), presentation",
        "All our reports are in the app",
        "完整数据仅限会员查看",
        "附件：会议纪要.pdf",
        "Accueil > Actualités",
        "》点击查看完整报价",
        "首页 > 新闻 > 公告",
        "【打印】【关闭】",
        "更多资讯请关注本刊公众号",
        "相关阅读：磁材一周",
    ],
)
def test_a_line_that_promotes_shares_or_navigates_is_listed_and_gone(line):
    assert clean(f"One.\n{line}\nTwo.") == Clean("One.\nTwo.", (line,))


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell in Sydney after the report on the site.",
        "Registered holders may join the meeting in Perth.",
        "Start of production at the site was put off by a year.",
        "Download speeds at the mine are poor, the council's report says.",
        "About Acme: Acme makes magnets. It employs 90 people.",
        "This announcement has been authorised for release by the Board.",
        "Forward-looking statements: words such as plans mark statements about the future.",
        "OSLO, March 3, 2026 (North Wire) -- Acme opened it.",
        "NdPr oxide | 562,000 | yuan/mt",
        "Partagée entre deux rives, la ville attend l’usine.",
        "Réservée aux poids lourds, la route du site rouvre lundi.",
        "Pour aller plus loin que ses rivaux, le groupe rachète une mine. Il la paie comptant.",
        "Documents in hand, the minister opened the plant.",
        "All our reports from the site agree that the furnace is cold.",
        "Voici notre avis sur le gisement : il est petit.",
        "À propos d’Acme : la société fabrique des aimants.",
        "关注下游需求变化，价格或将持稳。",
        "更多企业开始扩产，供应增加。",
        "证券代码：000831　证券简称：某某稀土　公告编号：2026-018",
        "特此公告。",
        "【某某稀土】公司开工，计划今年投产。",
    ],
)
def test_an_ordinary_line_stays(line):
    assert clean(line).text == line


def test_line_ends_become_newlines_and_lone_surrogates_are_replaced():
    assert clean("a\r\nb\u2028c\ud800").text == "a\nb\nc\ufffd"


@given(texts)
@settings(max_examples=200, deadline=None)
def test_any_text_is_safe_and_every_line_is_kept_or_listed(text):
    found = clean(text)
    found.text.encode()
    assert len(found.text) + sum(map(len, found.removed_lines)) <= len(text)


@pytest.mark.parametrize("text", HUGE)
def test_a_huge_text_takes_linear_time(text):
    started = time.process_time()
    clean(text)
    assert time.process_time() - started < 10
