"""The servers that other tests rest on: each answers by TLS those it should, and refuses the others."""

import json
import urllib.request

import pytest

from tests.support.services import servers
from tests.support.services.servers import SqlError


def test_postgres_answers_by_tls_and_refuses_a_wrong_password() -> None:
    with servers.postgres(["log_connections=on"]) as postgres:
        assert postgres.sql("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == ["t"]
        assert postgres.sql("SHOW log_connections") == ["on"]
        with pytest.raises(SqlError, match="password authentication failed"):
            postgres.sql("SELECT 1", password="another")
    with pytest.raises(SqlError, match="refused"):
        postgres.sql("SELECT 1")


def test_mariadb_answers_by_tls_and_refuses_a_wrong_password() -> None:
    with servers.mysql() as mysql:
        mysql.sql("CREATE USER reader@'%' IDENTIFIED BY 'right'")
        [_, cipher] = mysql.sql("SHOW STATUS LIKE 'Ssl_cipher'", user="reader", password="right")[0].split("\t")
        assert cipher
        with pytest.raises(SqlError, match="Access denied"):
            mysql.sql("SELECT 1", user="reader", password="another")
        with pytest.raises(SqlError, match="Access denied"):
            mysql.sql("SELECT 1", user="root", password="any")
    with pytest.raises(SqlError, match="Can't connect"):
        mysql.sql("SELECT 1", user="reader", password="right")


@pytest.mark.parametrize("cluster", [True, False])
def test_redis_keeps_to_what_its_user_may(cluster: bool) -> None:
    with servers.redis(cluster, "reader", "~* +get +ping +cluster|slots") as redis:
        assert redis.command("SET", "key", "value", username="administrator") == "OK"
        assert redis.command("GET", "key") == "value"
        assert "NOPERM" in redis.command("SET", "key", "other")
        assert "WRONGPASS" in redis.command("PING", username="default")
        assert (str(redis.port) in redis.command("CLUSTER", "SLOTS")) == cluster


def test_moto_is_an_empty_aws() -> None:
    with servers.moto() as address, urllib.request.urlopen(f"{address}/moto-api/data.json", timeout=30) as answer:
        assert json.load(answer).get("secretsmanager", {}) == {}
