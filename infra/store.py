"""The embedded object store: S3Proxy over a folder. It keeps the names and the contents, and asks for signatures as S3 does."""

import os
import re
from pathlib import Path

from botocore.config import Config
from botocore.exceptions import ClientError

from infra import jars
from infra.files import write_atomically
from infra.java import java, properties
from infra.ports import HOST
from infra.service import Part, Service
from pipelines.errors import NeedsPerson
from pipelines.settings import Settings

JVM = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", "-DLOG_LEVEL=warn"]
UNFINISHED = re.compile(r"-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


def service(settings: Settings) -> Service:
    """The store of the home, its objects in `<home>/store/data`."""
    folder = settings.home / "store"
    part = Part(
        name="store",
        command=_command,
        folder=folder,
        port_field="s3_port",
        is_ready=lambda _: has_bucket(settings),
    )
    return Service("store", [part], prepare=lambda: prepare(settings, folder))


def _command() -> list[str]:
    return [java(), *JVM, *jars.archive_options("store"), "-jar", jars.class_path("store"), "--properties", "s3proxy.properties"]


def prepare(settings: Settings, folder: Path) -> None:
    """Write the configuration, and remove what uploads that a crash cut short have left. The store must be down."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    if not keeps_attributes(folder):
        raise NeedsPerson(
            f"the file system of {folder} keeps no extended attributes, which hold the objects' types and checksums",
            "set LODESTREAM_HOME to a folder on a local disk (ext4, xfs, btrfs)",
        )
    sweep(data)
    secret = settings.s3_secret_key.get_secret_value()
    configuration = {
        "s3proxy.endpoint": f"http://{HOST}:{settings.s3_port}",
        "s3proxy.authorization": "aws-v4",
        "s3proxy.identity": settings.s3_access_key,
        "s3proxy.credential": secret,
        "jclouds.provider": "filesystem-nio2",
        "jclouds.identity": settings.s3_access_key,
        "jclouds.credential": secret,
        "jclouds.filesystem.basedir": str(data),
    }
    write_atomically(folder / "s3proxy.properties", properties(configuration), mode=0o600)


def keeps_attributes(folder: Path) -> bool:
    """Whether files of the folder can carry extended attributes."""
    probe = folder / ".attributes"
    try:
        probe.touch()
        os.setxattr(probe, "user.lodestream", b"yes")
        return os.getxattr(probe, "user.lodestream") == b"yes"
    except OSError:
        return False
    finally:
        probe.unlink(missing_ok=True)


def sweep(data: Path) -> int:
    """Remove unfinished uploads, which would be listed as objects; returns how many.

    They are named `KEY-<uuid>` and carry no attributes yet, which a finished object always does.
    """
    removed = 0
    for folder, _, names in os.walk(data):
        for name in names:
            path = Path(folder, name)
            if UNFINISHED.search(name) and not any(a.startswith("user.") for a in os.listxattr(path)):
                path.unlink()
                removed += 1
    return removed


def has_bucket(settings: Settings) -> bool:
    """Make the bucket if it is absent; True once it is there. Raises botocore's errors while the store does not answer."""
    import boto3  # noqa: PLC0415 - a third of a second, which `lodestream --help` need not wait for

    client = boto3.client(
        "s3",
        endpoint_url=f"http://{HOST}:{settings.s3_port}",
        region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key,
        aws_secret_access_key=settings.s3_secret_key.get_secret_value(),
        # Loopback never goes by a proxy, whatever the environment says.
        config=Config(proxies={}, connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1}),
    )
    try:
        client.head_bucket(Bucket=settings.bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise
        client.create_bucket(Bucket=settings.bucket)
    return True
