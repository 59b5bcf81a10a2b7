"""The tables of our own speak only of what the register holds."""

from pipelines.reference import register
from pipelines.reference.register import rows


def test_rules_stand_on_names_that_the_register_or_its_supplement_has() -> None:
    known = register()
    strangers = [
        (entity, alias)
        for entity, alias in known.context_rules
        if alias not in {*known.entities[entity].names, *known.extra_aliases.get(entity, ())}
    ]
    assert strangers == []


def test_supplements_towns_and_kin_name_known_entities() -> None:
    known = register()
    named = {*known.extra_aliases, *known.towns, *(key for near in known.kin.values() for key in near)}
    assert named - set(known.entities) == set()


def test_kinship_goes_both_ways_between_a_site_and_its_owner() -> None:
    kin = register().kin
    assert "mp_materials" in kin["mountain_pass"]
    assert "mountain_pass" in kin["mp_materials"]
    assert "mountain_pass" in kin["independence_facility"]


def test_price_bands_are_bands_of_known_materials() -> None:
    bands = rows("price_bands.csv")
    assert {row["material"] for row in bands} - set(register().materials) == set()
    assert all(0 < float(row["low_usd_kg"]) < float(row["high_usd_kg"]) for row in bands)


def test_values_are_typed() -> None:
    dysprosium = register().materials["Dy"]
    assert (dysprosium.oxide_factor, dysprosium.is_rare_earth, register().materials["NdPr"].oxide_factor) == (1.1477, True, None)
    assert register().entities["jl_mag"].ticker == ("SZSE:300748", "HKEX:6680")
    assert register().hs_codes["HS6", "280530"].materials == ("rare_earths",)
