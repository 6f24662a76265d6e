-- Moves a job to another state.
-- KEYS: job.  ARGV: generation the caller acts for ('' for any), step the caller acts for ('' for any), new state, reason, message,
--       now (ms), event channel, allowed old states (comma-separated), then field and value pairs to store with it
-- Result: {OK} | {STALE} | {STATE, state it is in}.  Invariant: a job that has ended never changes its state again.
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return {'STATE', ''} end
if not string.find(',' .. ARGV[8] .. ',', ',' .. state .. ',', 1, true) then return {'STATE', state} end
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return {'STALE'} end
if ARGV[2] ~= '' and redis.call('HGET', KEYS[1], 'step') ~= ARGV[2] then return {'STALE'} end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'reason', ARGV[4], 'message', ARGV[5])
if ARGV[3] == 'Succeeded' or ARGV[3] == 'Failed' or ARGV[3] == 'Cancelled' then redis.call('HSET', KEYS[1], 'ended', ARGV[6]) end
if ARGV[3] == 'Queued' then redis.call('HSET', KEYS[1], 'stopAfter', '0') end
for index = 9, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1]) end
redis.call('PUBLISH', ARGV[7], 'state')
return {'OK'}
