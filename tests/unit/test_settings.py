"""Settings fail at the start, by name."""

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.settings import load_settings


def test_a_wrong_value_names_the_setting_and_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LODESTREAM_S3_PORT", "many")
    with pytest.raises(ConfigurationError, match="LODESTREAM_S3_PORT has the value 'many'") as told:
        load_settings()
    assert "port of the embedded object store" in told.value.remedy


def test_an_unknown_setting_is_refused_with_the_nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LODESTREAM_KAFKA_PROT", "9092")
    with pytest.raises(ConfigurationError, match="LODESTREAM_KAFKA_PROT is no setting") as told:
        load_settings()
    assert told.value.remedy == "did you mean LODESTREAM_KAFKA_PORT?"


def test_a_secret_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LODESTREAM_S3_SECRET_KEY", "hidden")
    assert "hidden" not in repr(load_settings())


def test_the_homes_file_is_read_and_the_environment_is_stronger(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "stack.env").write_text("LODESTREAM_KAFKA_PORT=20001\nLODESTREAM_S3_PORT=20002\n")
    monkeypatch.setenv("LODESTREAM_HOME", str(tmp_path))
    monkeypatch.setenv("LODESTREAM_S3_PORT", "20003")
    settings = load_settings()
    assert (settings.brokers, settings.store_endpoint) == ("127.0.0.1:20001", "http://127.0.0.1:20003")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().partitions = 3
