-- Does what a client asks of a job, once for a request id.
-- KEYS: job, request, jobs (all jobs by creation), the tenant's jobs that have not ended, further keys of the record.
-- ARGV: Cancel, Pause, Resume or Delete; id of the job; reason and message for a cancelled job; now (ms); event channel;
--       1 when the request has an id; life of the request record (ms); etag that the job must have (empty: any);
--       tenant that the job must have (empty: any)
-- Result: {OK} | {REPEATED} | {MISSING} | {STATE, state it is in} | {CHANGED, etag it has}.
-- Invariants: a request id acts once, also after a restart; a job that has ended never changes its state again; a job is deleted whole;
-- the revision grows with each call that acts.
if ARGV[7] == '1' and redis.call('EXISTS', KEYS[2]) == 1 then return {'REPEATED'} end
local state = redis.call('HGET', KEYS[1], 'state')
if not state or (ARGV[10] ~= '' and redis.call('HGET', KEYS[1], 'tenant') ~= ARGV[10]) then return {'MISSING'} end
local etag = (redis.call('HGET', KEYS[1], 'revision') or '0') .. '-' .. state
if ARGV[9] ~= '' and ARGV[9] ~= etag then return {'CHANGED', etag} end
local ended = state == 'Succeeded' or state == 'Failed' or state == 'Cancelled'
if ARGV[1] == 'Cancel' then
  if not ended then redis.call('HSET', KEYS[1], 'state', 'Cancelled', 'reason', ARGV[3], 'message', ARGV[4], 'ended', ARGV[5]) end
elseif ARGV[1] == 'Delete' then
  if not ended and state ~= 'Paused' then return {'STATE', state} end
  redis.call('DEL', KEYS[1])
  for index = 5, #KEYS do redis.call('DEL', KEYS[index]) end
  redis.call('ZREM', KEYS[3], ARGV[2])
  redis.call('SREM', KEYS[4], ARGV[2])
elseif ended then
  return {'STATE', state}
elseif ARGV[1] == 'Pause' then
  if state == 'Queued' then
    redis.call('HSET', KEYS[1], 'state', 'Paused', 'reason', 'Paused', 'message', 'Paused by a client.')
  elseif state == 'Running' then
    redis.call('HSET', KEYS[1], 'pauseRequested', '1', 'pauseReason', '', 'pauseMessage', '')
  end
elseif ARGV[1] == 'Resume' then
  redis.call('HSET', KEYS[1], 'pauseRequested', '0', 'pauseReason', '', 'pauseMessage', '')
  if state == 'Paused' then redis.call('HSET', KEYS[1], 'state', 'Queued', 'reason', '', 'message', '', 'stopAfter', '0') end
end
if ARGV[1] ~= 'Delete' then redis.call('HINCRBY', KEYS[1], 'revision', 1) end
if ARGV[7] == '1' then redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[8]) end
redis.call('PUBLISH', ARGV[6], 'state')
return {'OK'}
