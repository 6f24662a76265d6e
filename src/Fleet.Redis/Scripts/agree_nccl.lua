-- Agrees on a fact by which the members of a generation exchange by NCCL: whoever says it first is right.
-- KEYS: job, facts.  ARGV: generation, name of the fact, its proposed value, life (ms)
-- Result: {OK, value} | {STALE} | {NOT_RUNNING}.
-- Invariant: a fact never changes within its generation; the first fact of a generation drops those of the one before.
local state = redis.call('HGET', KEYS[1], 'state')
if not state or state == 'Succeeded' or state == 'Failed' or state == 'Cancelled' then return {'NOT_RUNNING'} end
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return {'STALE'} end
if redis.call('HGET', KEYS[2], '=') ~= ARGV[1] then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], '=', ARGV[1])
end
redis.call('HSETNX', KEYS[2], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return {'OK', redis.call('HGET', KEYS[2], ARGV[2])}
