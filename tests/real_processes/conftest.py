"""Fixtures tested in this folder."""

from tests.real_processes.redis import redis_server as redis_server
