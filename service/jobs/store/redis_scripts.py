"""Lua scripts for Redis: checks and changes of a job that must be atomic.

The key ``gan-designer:job:ID`` is a hash of the job's fields and of ``next``, the first row that was
never claimed; its suffixes are ``:request``, ``:rows`` (index to row), ``:order`` (indices in order
of arrival), ``:attempts`` and ``:released`` (rows that are due once more, scored by index). The
scripts for one job take the keys: job, unfinished, expiries, request, rows, order, attempts, released.

``gan-designer:unfinished`` scores jobs by their turn: the value of the counter ``turns`` when they
were created or had their last row. ``gan-designer:claims`` has the claims to rows, by ``ID:index``;
``gan-designer:client:NAME`` the unfinished jobs of a client.

None of them has a time to live: Redis may evict keys that have one, as those of the cache.
"""

from __future__ import annotations

_TAKE_TURN = """
local function take_turn(unfinished, id, now)
  redis.call('HSETNX', 'gan-designer:rows', 'turns', math.floor(now))
  redis.call('ZADD', unfinished, redis.call('HINCRBY', 'gan-designer:rows', 'turns', 1), id)
end
"""
"""Makes a job the last one in turn. The counter starts at the time of its first use, after the jobs of
earlier releases, which are scored by their creation."""

CREATE = (
    _TAKE_TURN
    + """
local prefix, now = ARGV[4], tonumber(ARGV[5])
local existing = KEYS[5] ~= '' and redis.call('GET', KEYS[5])
if existing and tonumber(redis.call('HGET', prefix .. existing, 'expires_at') or 0) > now
then return {existing, 0} end
local queued = 0
for _, id in ipairs(redis.call('SMEMBERS', KEYS[6])) do
  local found = redis.call('HMGET', prefix .. id, 'total', 'done', 'expires_at', 'state')
  local unfinished = found[4] == 'queued' or found[4] == 'running'
  if unfinished and (tonumber(found[3]) or 0) > now then
    queued = queued + (tonumber(found[1]) or 0) - (tonumber(found[2]) or 0)
  end
end
if queued + tonumber(ARGV[6]) > tonumber(ARGV[7]) then return {'', queued} end
redis.call('HSET', KEYS[1], unpack(cjson.decode(ARGV[1])))
redis.call('SET', KEYS[2], ARGV[2])
redis.call('ZADD', KEYS[4], redis.call('HGET', KEYS[1], 'expires_at'), ARGV[3])
redis.call('SADD', KEYS[6], ARGV[3])
take_turn(KEYS[3], ARGV[3], now)
if KEYS[5] ~= '' then redis.call('SET', KEYS[5], ARGV[3]) end
return {ARGV[3], queued}
"""
)
"""Keys: job, request, unfinished, expiries, token, client. Arguments: fields, request, id, prefix, now,
rows, maximum of the client's rows."""

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
  redis.call('DEL', KEYS[8])
  local client = redis.call('HGET', KEYS[1], 'client')
  if client then redis.call('SREM', 'gan-designer:client:' .. client, id) end
end
"""
"""Ends a job and sets its expiry."""

CLAIM_ROW = (
    _TAKE_TURN
    + """
local function due_row(key)
  local released = redis.call('ZPOPMIN', key .. ':released')
  if released[1] then return released[1] end
  local found = redis.call('HMGET', key, 'next', 'total')
  local index, total = tonumber(found[1]) or 0, tonumber(found[2]) or 0
  while index < total and redis.call('HEXISTS', key .. ':rows', index) == 1 do index = index + 1 end
  if index < total then
    redis.call('HSET', key, 'next', index + 1)
    return index
  end
end
for start = 0, redis.call('ZCARD', KEYS[1]), 100 do
  for _, id in ipairs(redis.call('ZRANGE', KEYS[1], start, start + 99)) do
    local key = ARGV[1] .. id
    local index = due_row(key)
    if index then
      if redis.call('HGET', key, 'state') == 'queued' then
        redis.call('HSET', key, 'state', 'running', 'started_at', ARGV[2])
      end
      take_turn(KEYS[1], id, tonumber(ARGV[2]))
      local attempt = redis.call('HINCRBY', key .. ':attempts', index, 1)
      redis.call('HSET', 'gan-designer:claims', id .. ':' .. index, attempt .. ' ' .. ARGV[3])
      return {id, index, attempt}
    end
  end
end
"""
)
"""Keys: unfinished. Arguments: prefix, now, worker and message."""

RELEASE = (
    """
local field = ARGV[1] .. ':' .. ARGV[2]
if redis.call('HGET', 'gan-designer:claims', field) ~= ARGV[3] then return 0 end
redis.call('HDEL', 'gan-designer:claims', field)
"""
    + _RETURN_IF_ENDED
    + """
redis.call('ZADD', KEYS[8], ARGV[2], ARGV[2])
return redis.call('HINCRBY', KEYS[7], ARGV[2], ARGV[4])
"""
)
"""Arguments: id, index, claim, number to add to the attempts."""

PUT_ROW = (
    _TAKE_TURN
    + _FINISH
    + """
redis.call('HDEL', 'gan-designer:claims', ARGV[7] .. ':' .. ARGV[1])
redis.call('ZREM', KEYS[8], ARGV[1])
"""
    + _RETURN_IF_ENDED
    + """
if redis.call('HSETNX', KEYS[5], ARGV[1], ARGV[2]) == 0 then return 0 end
local done = redis.call('RPUSH', KEYS[6], ARGV[1])
local failed = redis.call('HINCRBY', KEYS[1], 'failed', ARGV[3])
redis.call('HSET', KEYS[1], 'done', done)
redis.call('HINCRBY', 'gan-designer:rows', ARGV[3] == '1' and 'failed' or 'made', 1)
take_turn(KEYS[2], ARGV[7], tonumber(ARGV[6]))
if done == tonumber(redis.call('HGET', KEYS[1], 'total')) then
  finish(failed > 0 and ARGV[5] or ARGV[4], ARGV[6], ARGV[7])
end
return 1
"""
)
"""Arguments: index, row, 1 for a problem; the final state without and with problems; now, id."""

END_JOB = _RETURN_IF_ENDED + _FINISH + "finish(ARGV[1], ARGV[2], ARGV[3]) return 1"
"""Arguments: state, now, id."""

ACQUIRE_SLOT = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
local existing = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not existing and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[4]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('EXPIREAT', KEYS[1], math.ceil(ARGV[3]))
return 1
"""
"""Keys: leases. Arguments: holder, now, until, limit."""
