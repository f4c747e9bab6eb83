"""Lua scripts for Redis: checks and changes of a job that must be atomic.

The key ``gan-designer:job:ID`` is a hash of the job's fields; its suffixes are ``:request``,
``:rows`` (index to row), ``:order`` (indices in order of arrival), ``:attempts`` and ``:claims``.
The scripts for one job take the keys: job, unfinished, expiries, request, rows, order, attempts,
claims.

None of them has a time to live: Redis may evict keys that have one, as those of the cache.
"""

from __future__ import annotations

CREATE = """
local existing = KEYS[5] ~= '' and redis.call('GET', KEYS[5])
if existing and tonumber(redis.call('HGET', ARGV[4] .. existing, 'expires_at') or 0) > tonumber(ARGV[5])
then return existing end
redis.call('HSET', KEYS[1], unpack(cjson.decode(ARGV[1])))
redis.call('SET', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[3], redis.call('HGET', KEYS[1], 'created_at'), ARGV[3])
redis.call('ZADD', KEYS[4], redis.call('HGET', KEYS[1], 'expires_at'), ARGV[3])
if KEYS[5] ~= '' then redis.call('SET', KEYS[5], ARGV[3]) end
return ARGV[3]
"""
"""Keys: job, request, unfinished, expiries, token. Arguments: fields, request, id, prefix, now."""

_RETURN_IF_ENDED = """
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'running' then return 0 end
"""
"""Guard: returns early for a job that has ended or does not exist."""

_FINISH = """
local function finish(state, now, id)
  local expiry = now + redis.call('HGET', KEYS[1], 'retention_s')
  redis.call('HSET', KEYS[1], 'state', state, 'finished_at', now, 'expires_at', expiry)
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZADD', KEYS[3], expiry, id)
end
"""
"""Ends a job and sets its expiry."""

BEGIN_ROW = (
    _RETURN_IF_ENDED
    + """
if redis.call('HEXISTS', KEYS[5], ARGV[1]) == 1 then return 0 end
if state == 'queued' then redis.call('HSET', KEYS[1], 'state', 'running', 'started_at', ARGV[2]) end
return redis.call('HINCRBY', KEYS[7], ARGV[1], 1)
"""
)
"""Arguments: index, now."""

DISCARD_ATTEMPT = _RETURN_IF_ENDED + "return redis.call('HINCRBY', KEYS[7], ARGV[1], -1)"
"""Arguments: index."""

PUT_ROW = (
    _RETURN_IF_ENDED
    + _FINISH
    + """
if redis.call('HSETNX', KEYS[5], ARGV[1], ARGV[2]) == 0 then return 0 end
local done = redis.call('RPUSH', KEYS[6], ARGV[1])
local failed = redis.call('HINCRBY', KEYS[1], 'failed', ARGV[3])
redis.call('HSET', KEYS[1], 'done', done)
redis.call('HINCRBY', 'gan-designer:rows', ARGV[3] == '1' and 'failed' or 'made', 1)
if done == tonumber(redis.call('HGET', KEYS[1], 'total')) then
  finish(failed > 0 and ARGV[5] or ARGV[4], ARGV[6], ARGV[7])
end
return 1
"""
)
"""Arguments: index, row, 1 for a problem; the final state without and with problems; now, id."""

END_JOB = _RETURN_IF_ENDED + _FINISH + "finish(ARGV[1], ARGV[2], ARGV[3]) return 1"
"""Arguments: state, now, id."""

CLAIM = (
    "if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[8], ARGV[1], ARGV[2]) end"
)
"""Arguments: first row, claim."""

ACQUIRE_SLOT = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
local existing = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not existing and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('EXPIREAT', KEYS[1], math.ceil(ARGV[3]))
return 1
"""
"""Keys: leases. Arguments: holder, now, until, limit."""
