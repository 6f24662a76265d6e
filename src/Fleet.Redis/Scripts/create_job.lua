-- Admits a job once.
-- KEYS: job, jobs (all jobs by creation), request.  ARGV: id, specification (JSON), display name, created (ms),
--       shards, stop after step, minimum of workers, maximum of workers, life of the request record (ms), priority
-- Result: {OK | REPEATED | TAKEN, id}.  Invariant: one request id makes one job; an id is never taken twice.
local before = redis.call('GET', KEYS[3])
if before then return {'REPEATED', before} end
if redis.call('EXISTS', KEYS[1]) == 1 then return {'TAKEN', ARGV[1]} end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'spec', ARGV[2], 'displayName', ARGV[3], 'created', ARGV[4], 'shards', ARGV[5],
  'stopAfter', ARGV[6], 'minimum', ARGV[7], 'maximum', ARGV[8], 'priority', ARGV[10], 'state', 'Queued', 'generation', '0', 'term', '0', 'step', '0')
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[9])
return {'OK', ARGV[1]}
