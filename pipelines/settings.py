"""All settings: environment → one frozen `Settings`, built by a call, never at import.

Every setting is an environment variable with the prefix `LODESTREAM_`. The embedded stack writes the ports that it took into
`<home>/stack.env`; a variable of the environment is stronger than that file.
"""

import difflib
import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from pipelines.errors import ConfigurationError

PREFIX = "LODESTREAM_"
Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Where the services are, and how much is done at once. Sizes are bytes, times are seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    home: Path = Field(Path(".lodestream"), description="folder of all that a run keeps")

    kafka_port: Port = Field(19092, description="port of the embedded broker")
    kafka_controller_port: Port = Field(19093, description="port of the embedded broker's controller")
    s3_port: Port = Field(19000, description="port of the embedded object store")
    airflow_port: Port = Field(18080, description="port of the Airflow UI")
    publisher_port: Port = Field(18090, description="port of the bundled newsroom and statistics service")

    kafka_bootstrap: str = Field("", description="host:port of the brokers, comma separated; empty: the embedded broker")
    kafka_security: dict[str, str] = Field({}, description="further client options as JSON, such as sasl_mechanism")
    partitions: int = Field(4, ge=1, le=1000, description="partitions of each topic")
    replication: int = Field(1, ge=1, le=10, description="replication factor of each topic")

    s3_endpoint: str = Field("", description="address of the object store; empty: the embedded one")
    s3_region: str = "us-east-1"
    s3_access_key: str = "lodestream"
    s3_secret_key: SecretStr = SecretStr("lodestream-secret")
    bucket: str = Field("lodestream", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    catalog: dict[str, str] = Field({}, description="properties of a pyiceberg catalog as JSON; empty: SQLite in the home")
    namespace: str = Field("lodestream", pattern=r"^[a-z][a-z0-9_]{0,62}$", description="Iceberg namespace of the tables")

    batch_records: int = Field(2000, ge=1, le=100_000, description="records read from a topic at once")
    batch_bytes: int = Field(8 * 2**20, ge=2**16, description="payload of one batch at the most")
    record_bytes: int = Field(4 * 2**20, ge=2**10, description="above it a payload goes to the store, its address to the topic")
    commit_records: int = Field(20_000, ge=1, description="rows after which a lander commits")
    commit_seconds: float = Field(10.0, gt=0, description="time after which a lander commits what it has")
    deadline_seconds: float = Field(120.0, gt=0, description="a call that takes longer ends the process")
    replay_limit: int = Field(3, ge=1, description="times that a quarantined record may be sent again")
    snapshot_days: float = Field(7.0, ge=0, description="age at which snapshots expire")
    snapshot_limit: int = Field(1000, ge=1, description="snapshots kept at the most: each commit writes the list of all")
    grace_days: float = Field(1.0, ge=0, description="a file that nothing needs any more stays for so long, for readers that began before")
    compact_files: int = Field(20, ge=2, description="small files of one month that maintenance puts together")

    http_agent: str = Field("Lodestream/0.1 (+https://example.org/lodestream; data@example.org)", min_length=8)
    http_body_bytes: int = Field(8 * 2**20, ge=2**10, description="a larger answer is refused")
    http_deadline_seconds: float = Field(30.0, gt=0, description="of one request, redirects included")
    allow_loopback: bool = Field(True, description="may sources lie on this machine (the bundled publishers do)")

    airflow_user: str = "admin"
    airflow_password: SecretStr = SecretStr("lodestream")

    @property
    def brokers(self) -> str:
        """host:port list of the brokers in use."""
        return self.kafka_bootstrap or f"127.0.0.1:{self.kafka_port}"

    @property
    def store_endpoint(self) -> str:
        """Address of the object store in use."""
        return self.s3_endpoint or f"http://127.0.0.1:{self.s3_port}"

    @property
    def publisher_url(self) -> str:
        """Address of the bundled newsroom and statistics service."""
        return f"http://127.0.0.1:{self.publisher_port}"


def load_settings() -> Settings:
    """Settings of the environment and of the home's `stack.env`; raises ConfigurationError by the setting's name."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(n for n in os.environ if n.startswith(PREFIX) and n not in known):
        close = difflib.get_close_matches(name, known, n=1)
        raise ConfigurationError(
            f"{name} is no setting of Lodestream", f"did you mean {close[0]}?" if close else "`lodestream settings` lists all"
        )
    home = Path(os.environ.get(PREFIX + "HOME", ".lodestream")).expanduser().resolve()
    try:
        settings = Settings(_env_file=home / "stack.env", home=home)  # type: ignore[call-arg]
    except ValidationError as error:
        raise ConfigurationError(*_describe(error)) from None
    return settings


def _describe(error: ValidationError) -> tuple[str, str]:
    """Message and remedy of the first setting that is wrong."""
    first = error.errors()[0]
    field = str(first["loc"][0])
    info = Settings.model_fields[field]
    what = f" ({info.description})" if info.description else ""
    # The value of a secret must not reach a log.
    value = "" if "secret" in field or "password" in field else f" has the value {str(first['input'])[:80]!r}, which"
    return f"{PREFIX}{field.upper()}{value} is not valid: {first['msg']}", f"set {PREFIX}{field.upper()}{what}"
