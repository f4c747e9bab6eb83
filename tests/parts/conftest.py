"""The parts that are tried here."""

from tests.parts.redis import redis_server as redis_server
