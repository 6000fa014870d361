"""What a connection asks of the client."""

from pathlib import Path

import pytest
from elasticsearch import TransportError

from streams.errors import UsageError
from streams.settings import Settings
from streams.sinks.elasticsearch.client import Connection, connect, connect_async, connection_of, fault

HERE = ("https://es.example:9200",)
SECRET = "hush"  # noqa: S105 - opens nothing


def test_credentials_reach_the_client() -> None:
    """User and password, or an API key, become the client's options."""
    assert Connection(HERE, username="u", password=SECRET).options()["basic_auth"] == ("u", SECRET)
    assert Connection(HERE, api_key="k").options()["api_key"] == "k"


def test_authority_reaches_the_client(tmp_path: Path) -> None:
    """The file of the certificate authority is handed on when it is there."""
    authority = tmp_path / "ca.pem"
    authority.touch()
    assert Connection(HERE, ca_certs=authority).options()["ca_certs"] == str(authority)


@pytest.mark.parametrize(
    ("connection", "words"),
    [
        (Connection(HERE, username="u"), "password"),
        (Connection(HERE, password=SECRET), "password"),
        (Connection(HERE, username="u", password=SECRET, api_key="k"), "not both"),
        (Connection(HERE, ca_certs=Path("/no/such/ca.pem")), "/no/such/ca.pem"),
    ],
)
def test_contradiction_is_refused(connection: Connection, words: str) -> None:
    """Half a credential, two credentials or a missing file are a wrong use, told in words."""
    with pytest.raises(UsageError, match=words):
        connection.options()


def test_secrets_are_not_shown() -> None:
    """A connection that is logged or printed shows no password and no key."""
    shown = repr(Connection(HERE, username="u", password=SECRET, api_key=SECRET))
    assert SECRET not in shown


def test_settings_become_a_connection() -> None:
    """Every setting about Elasticsearch arrives."""
    settings = Settings.read(
        {
            "CUSTODIET_ELASTICSEARCH": "http://a.example:1,http://b.example:2",
            "CUSTODIET_ELASTICSEARCH_USER": "u",
            "CUSTODIET_ELASTICSEARCH_PASSWORD": SECRET,
        }
    )
    assert connection_of(settings) == Connection(("http://a.example:1", "http://b.example:2"), username="u", password=SECRET)
    assert connection_of(Settings.read({"CUSTODIET_ELASTICSEARCH_API_KEY": "k"})).api_key == "k"


async def test_clients_leave_retries_to_the_caller() -> None:
    """Neither client retries by itself: how long to wait is decided in one place."""
    connection = Connection(("http://127.0.0.1:1",))
    assert connection.options()["max_retries"] == 0
    connect(connection).close()
    await connect_async(connection).close()


async def test_fault_tells_what_lies_behind() -> None:
    """A refused connection says so, and not only that something failed."""
    client = connect_async(Connection(("http://127.0.0.1:9",)))
    with pytest.raises(TransportError) as caught:
        await client.cluster.health()
    await client.close()
    assert fault(caught.value).startswith("ConnectionError: ")
    assert "127.0.0.1" in fault(caught.value)
    assert fault(KeyError("items")) == "KeyError: 'items'"
