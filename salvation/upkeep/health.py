"""Is the process able to serve: database, Redis, schema. Yes or no for each, no data and no reasons."""

from functools import cache

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis
from redis.exceptions import RedisError


def readiness() -> dict[str, bool]:
    """Whether the database and Redis answer and every migration of this version is applied."""
    database = _database_answers()
    return {"database": database, "redis": _redis_answers(), "migrations": database and _migrated()}


def _database_answers() -> bool:
    try:
        # The request signals of the framework check the connection before; here one question is enough.
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _redis_answers() -> bool:
    client = Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except RedisError:
        return False
    finally:
        client.close()


def _migrated() -> bool:
    try:
        return _all_applied()
    except (Error, _Missing):
        return False


class _Missing(Exception):
    """A migration is not applied; raised so that the answer is not remembered."""


@cache
def _all_applied() -> bool:
    """Reading the migrations costs 0.1 s; once applied they stay so for the life of the process."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _Missing
    return True
