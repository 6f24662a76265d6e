-- Admits a job once.
-- KEYS: job, jobs (all jobs by creation), request, the tenant's jobs that have not ended, the tenant's submits in this minute.
-- ARGV: id, specification (JSON), display name, created (ms), shards, stop after step, minimum of workers, maximum of workers,
--       life of the request record (ms), priority, tenant (empty: none), limits of the tenant (0: none): jobs, submits in a minute, running
-- Result: {OK | REPEATED | TAKEN | JOBS | SUBMITS, id}.
-- Invariants: one request id makes one job; an id is never taken twice; a tenant never has more jobs or submits than its limits.
local before = redis.call('GET', KEYS[3])
if before then return {'REPEATED', before} end
if redis.call('EXISTS', KEYS[1]) == 1 then return {'TAKEN', ARGV[1]} end
if ARGV[11] ~= '' then
  local jobs, submits = tonumber(ARGV[12]), tonumber(ARGV[13])
  if jobs > 0 and redis.call('SCARD', KEYS[4]) >= jobs then return {'JOBS', ARGV[1]} end
  if submits > 0 then
    if tonumber(redis.call('GET', KEYS[5]) or '0') >= submits then return {'SUBMITS', ARGV[1]} end
    if redis.call('INCR', KEYS[5]) == 1 then redis.call('PEXPIRE', KEYS[5], 60000) end
  end
  redis.call('SADD', KEYS[4], ARGV[1])
end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'spec', ARGV[2], 'displayName', ARGV[3], 'created', ARGV[4], 'shards', ARGV[5],
  'stopAfter', ARGV[6], 'minimum', ARGV[7], 'maximum', ARGV[8], 'priority', ARGV[10], 'state', 'Queued', 'generation', '0', 'term', '0', 'step', '0',
  'tenant', ARGV[11], 'runningMaximum', ARGV[14])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[9])
return {'OK', ARGV[1]}
