"""The object store: raw payloads by the hash of their content, claim checks, exports. Keys are made from our own names and hashes only."""

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

from pipelines.errors import ConfigurationError, NeedsPerson, Transient
from pipelines.io.deadline import deadline
from pipelines.settings import Settings

KEY = re.compile(r"[A-Za-z0-9_=.-]{1,180}(/[A-Za-z0-9_=.-]{1,180})*")
BUSY = {429, 500, 502, 503, 504}
CHANGED = {"PreconditionFailed", "ConditionalRequestConflict"}


class Changed(Exception):
    """The object is not the one that was to be replaced."""


class Fleeting(Transient):
    """What the client does not try again by itself: an answer of 429, a body that broke off."""


again = retry(retry=retry_if_exception_type(Fleeting), wait=wait_exponential(0.2, max=2), stop=stop_after_attempt(4), reraise=True)


class Objects:
    """Objects in one bucket; every call retries what may pass, raises a named error for what may not, and has a deadline over all of it."""

    def __init__(self, settings: Settings) -> None:
        self.bucket = settings.bucket
        self.endpoint = settings.store_endpoint
        self._deadline_seconds = settings.deadline_seconds
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=settings.store_endpoint,
            region_name=settings.s3_region,
            aws_access_key_id=settings.s3_access_key,
            aws_secret_access_key=settings.s3_secret_key.get_secret_value(),
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=20,
                retries={"max_attempts": 5, "mode": "standard"},
            ),
        )

    def put(self, key: str, body: bytes) -> None:
        """Write an object; an object of that key is replaced."""
        self._call("put_object", Key=_checked(key), Body=body)

    def put_by_hash(self, prefix: str, body: bytes) -> str:
        """Write under the hash of the content and return the key; content that is there already is not sent again."""
        digest = sha256(body).hexdigest()
        key = f"{prefix}/{digest[:2]}/{digest}"
        if not self.exists(key):
            self.put(key, body)
        return key

    @again
    def get(self, key: str) -> bytes:
        """Content of an object; raises NeedsPerson when it is missing."""
        return self._body(key, self._call("get_object", Key=_checked(key)))

    @again
    def find(self, key: str) -> tuple[bytes, str] | None:
        """Content and tag of an object; None when it is missing."""
        try:
            answer = self._call("get_object", Key=_checked(key))
            return self._body(key, answer), answer["ETag"]
        except NeedsPerson as error:
            if isinstance(error, ConfigurationError):
                raise
            return None

    def replace(self, key: str, body: bytes, tag: str | None) -> bool:
        """Write an object if it is still the one of that tag (None: if there is none); False when another writer came first."""
        condition = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
        try:
            self._call("put_object", Key=_checked(key), Body=body, **condition)
        except Changed:
            return False
        return True

    def modified_at(self, key: str) -> datetime | None:
        """When an object was last written, by the store's clock; None when it is missing."""
        try:
            found: datetime = self._call("head_object", Key=_checked(key))["LastModified"]
        except NeedsPerson:
            return None
        return found

    def exists(self, key: str) -> bool:
        """Whether there is an object of that key."""
        try:
            self._call("head_object", Key=_checked(key))
        except NeedsPerson:
            return False
        return True

    def list(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Objects under a prefix, as the store describes them (Key, Size, LastModified)."""
        token: dict[str, str] = {}
        while True:
            page = self._call("list_objects_v2", Prefix=prefix, **token)
            yield from page.get("Contents", [])
            if not page.get("IsTruncated"):
                return
            token = {"ContinuationToken": page["NextContinuationToken"]}

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        self._call("delete_object", Key=_checked(key))

    def ensure_bucket(self) -> None:
        """Make the bucket where it is missing."""
        try:
            self._call("head_bucket")
        except NeedsPerson:
            self._call("create_bucket")

    def _body(self, key: str, answer: dict[str, Any]) -> bytes:
        """The whole body of an answer; the client's own time limit is for each read only, so a body that drips would never end."""
        try:
            with deadline(self._deadline_seconds, f"reading the object {key}"):
                body: bytes = answer["Body"].read()
        except (BotoCoreError, OSError) as error:
            raise Fleeting(f"the object {key} broke off while it was read: {error}") from error
        if len(body) != answer["ContentLength"]:
            raise Fleeting(f"the object {key} came with {len(body)} of {answer['ContentLength']} bytes")
        return body

    def _call(self, operation: str, **arguments: Any) -> Any:
        with deadline(self._deadline_seconds, f"the object store was asked to {operation} {arguments.get('Key', '')}"):
            return self._answer(operation, **arguments)

    def _answer(self, operation: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, operation)(Bucket=self.bucket, **arguments)
        except ClientError as error:
            raise self._named(operation, arguments.get("Key", ""), error) from error
        except (BotoCoreError, OSError) as error:
            remedy = "is the store up? `lodestream status` tells"
            raise Transient(f"the object store at {self.endpoint} did not answer {operation}: {error}", remedy) from error

    def _named(self, operation: str, key: str, error: ClientError) -> Exception:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = error.response.get("Error", {}).get("Code", "")
        what = f"the object store answered {operation} {self.bucket}/{key} with {status} {code}"
        if code in CHANGED or status == 412:
            return Changed(what)
        if status in BUSY:
            return Fleeting(what) if status == 429 else Transient(what)
        if status in (401, 403):
            return ConfigurationError(what, "check LODESTREAM_S3_ACCESS_KEY and LODESTREAM_S3_SECRET_KEY")
        if code == "NoSuchBucket":
            return NeedsPerson(what, f"the bucket {self.bucket} is missing: `lodestream topics create` makes it")
        return NeedsPerson(what)


def _checked(key: str) -> str:
    """The key itself; raises ValueError for one that was not made from our own names."""
    if not KEY.fullmatch(key) or ".." in key.split("/"):
        raise ValueError(f"{key!r} is no key of ours")
    return key
