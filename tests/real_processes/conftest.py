"""The parts that are tried here."""

from tests.real_processes.redis import redis_server as redis_server
