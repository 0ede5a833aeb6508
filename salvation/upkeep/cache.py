"""The cache makes pages faster; without it they are slower and right. A Redis that is gone must not stop work."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError


def _or(default: Any, act: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    try:
        return act(*arguments, **options)
    except RedisError:
        return default


class ForgivingRedisCache(RedisCache):
    """Redis as Django's cache; while it is away nothing is found and nothing is kept."""

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return _or(default, super().get, key, default, version)

    def get_many(self, keys: Any, version: Any = None) -> Any:
        return _or({}, super().get_many, keys, version)

    def set(self, key: Any, value: Any, *rest: Any, **options: Any) -> None:
        _or(None, super().set, key, value, *rest, **options)

    def set_many(self, data: Any, *rest: Any, **options: Any) -> Any:
        return _or(list(data), super().set_many, data, *rest, **options)

    def add(self, key: Any, value: Any, *rest: Any, **options: Any) -> bool:
        return bool(_or(True, super().add, key, value, *rest, **options))

    def touch(self, key: Any, *rest: Any, **options: Any) -> bool:
        return bool(_or(False, super().touch, key, *rest, **options))

    def has_key(self, key: Any, version: Any = None) -> bool:
        return bool(_or(False, super().has_key, key, version))

    def incr(self, key: Any, delta: int = 1, version: Any = None) -> Any:
        return _or(delta, super().incr, key, delta, version)

    def delete(self, key: Any, version: Any = None) -> bool:
        return bool(_or(False, super().delete, key, version))

    def delete_many(self, keys: Any, version: Any = None) -> None:
        _or(None, super().delete_many, keys, version)

    def clear(self) -> None:
        _or(None, super().clear)
