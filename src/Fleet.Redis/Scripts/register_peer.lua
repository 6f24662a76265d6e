-- Says where an incarnation serves its payloads, and agrees on the secret by which the workers of a job know each other.
-- KEYS: job, peers.  ARGV: generation, incarnation, address, secret to agree on, life (ms)
-- Result: {OK, secret} | {STALE} | {NOT_RUNNING}.
-- Invariant: the secret stays as long as anybody registers; whoever knows only an older generation writes nothing, and a generation
-- that begins without an incarnation drops its address.
local state = redis.call('HGET', KEYS[1], 'state')
if not state or state == 'Succeeded' or state == 'Failed' or state == 'Cancelled' then return {'NOT_RUNNING'} end
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return {'STALE'} end
if redis.call('HEXISTS', KEYS[2], '=') == 0 then redis.call('HSET', KEYS[2], '=', ARGV[4]) end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return {'OK', redis.call('HGET', KEYS[2], '=')}
