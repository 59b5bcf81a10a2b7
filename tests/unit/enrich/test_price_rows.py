"""Rows of tables that give prices, and rows that give none."""

import pytest

from pipelines.enrich.quantities import amounts


@pytest.mark.parametrize(
    ("language", "table", "prices"),
    [
        ("fr", "Produit | Bas | Haut | Unité\nMétal de samarium 99,9 % | 29.00 | 31.50 | CHF/kg | hausse", [(29, 31.5, "CHF", "kg")]),
        ("fr", "Lingot d'antimoine | 33'200 | CHF/t", [(33200, None, "CHF", "t")]),
        ("fr", "Produit | Prix (EUR/kg) | Var. sem.\nOxyde de dysprosium | 742 | 12", [(742, None, "EUR", "kg")]),
        ("fr", "Prix en dollars par kilo\nProduit | Min | Max | Moy\nGallium | 1 480 | 1 500 | 1 490", [(1480, 1500, "USD", "kg")]),
        ("fr", "Produit | 5 juin (USD/kg) | 12 juin (USD/kg)\nYttrium | 41 | 46", [(46, None, "USD", "kg")]),
        ("en", "Terbium oxide | 3,310 | 3,420 | $/kg", [(3310, 3420, "USD", "kg")]),
        ("zh", "品种|最低|最高|单位\n氧化镝|158|160|万元/吨", [(1580000, 1600000, "CNY", "t")]),
        ("fr", "Prix en euros par kilo\nProduit | Cours\nYttrium | 41\n\nListe | Voix\nA | 1 200", [(41, None, "EUR", "kg")]),
        ("fr", "Liste | Voix | Sièges\nA | 1 200 | 3", []),
        ("fr", "Cote, en yuans par tonne :\n- Lanthane : 4 300 – 4 500 (inchangé)\n- Europium : non coté\n- Cérium : 9 800", [
            (4300, 4500, "CNY", "t"), (9800, None, "CNY", "t"),
        ]),
        ("fr", "Rotterdam, en dollars par kilogramme :\n• Yttrium : 126 à 134, +8\nLe jury a voté.\nVoix : 12", [(126, 134, "USD", "kg")]),
        ("fr", "Cours, en milliers de yuans la tonne :\nTerbium : 6 480", [(6480000, None, "CNY", "t")]),
        ("en", "In warehouse, USD/kg:\n\nTerbium oxide: 910 to 930 (unchanged)", [(910, 930, "USD", "kg")]),
        ("zh", "单位：元/吨\n氧化镝：1610000", [(1610000, None, "CNY", "t")]),
        ("fr", "Le gallium vaut 300 dollars le kilo.\nEffectif : 300", [(300, None, "USD", "kg")]),
        ("en", "Export, FOB China, USD per kg\nTerbium oxide 99.99% | 930-945 (930-940)\nYttrium | 126 (+4)", [
            (930, 945, "USD", "kg"), (126, None, "USD", "kg"),
        ]),
        ("zh", "表一　国内市场（单位：万元/吨）\n品种　　低—高　　涨跌\n氧化镝　　168—171　　+6\n铈　　2.7—2.8　　0", [
            (1680000, 1710000, "CNY", "t"), (27000, 28000, "CNY", "t"),
        ]),
        ("en", "Rotterdam, USD/kg\nProduct          Low    High\nTerbium oxide    910    930", [(910, 930, "USD", "kg")]),
        ("fr", "Rotterdam, en dollars le kilogramme :\nOxyde de terbium, 99,99 % – 1 180 à 1 240 – inchangé\nGallium – 1 430 – en baisse", [
            (1180, 1240, "USD", "kg"), (1430, None, "USD", "kg"),
        ]),
        ("en", "Shares | 12 a share | 5\nOf the sort apiece | 3 | 4", []),
        ("en", "Team | Won | Lost\nHarbour | 12 | 3", []),
    ],
)
def test_a_row_gives_its_price(language, table, prices):
    assert [(a.value, a.value_to, a.currency, a.per) for a in amounts(table, language)] == prices


def test_many_cells_are_read_in_time():
    assert amounts("a | " + "1 | " * 100_000, "en") == []
