-- Compares the hash of a state with that of the other members; the first one also leaves the step's metrics.
-- KEYS: job, hashes, metrics.  ARGV: incarnation, step, hash, metrics (JSON, '' for none), newest step to forget, event channel, now (ms),
--       seconds of the step
-- Result: {OK} | {FUTURE} | {MISMATCH, first hash}.  Invariant: all members have equal hashes after every commit; a difference
-- stops the job and names the hashes.
if tonumber(ARGV[2]) > tonumber(redis.call('HGET', KEYS[1], 'step')) then return {'FUTURE'} end
local first = redis.call('HGET', KEYS[2], ARGV[2])
if not first then
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
  if ARGV[4] ~= '' then redis.call('RPUSH', KEYS[3], ARGV[4]) end
  redis.call('HDEL', KEYS[2], ARGV[5])
  redis.call('HINCRBYFLOAT', KEYS[1], 'trainingSeconds', ARGV[8])
  if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'stateHash', ARGV[3], 'stateStep', ARGV[2]) end
  redis.call('PUBLISH', ARGV[6], 'metrics')
  return {'OK'}
end
if first == ARGV[3] then return {'OK'} end
if redis.call('HGET', KEYS[1], 'state') == 'Running' then
  redis.call('HSET', KEYS[1], 'state', 'Failed', 'reason', 'StateMismatch', 'ended', ARGV[7], 'message',
    'Step ' .. ARGV[2] .. ': worker ' .. ARGV[1] .. ' has state ' .. ARGV[3] .. ', another member has ' .. first .. '.')
  redis.call('PUBLISH', ARGV[6], 'state')
end
return {'MISMATCH', first}
