-- Moves a job to another state.
-- KEYS: job, members, plan.  ARGV: term the caller leads in ('' for a member), generation the caller acts for ('' for any), step the caller
--       acts for ('' for any), new state, reason, message, now (ms), event channel, allowed old states (comma-separated), then field
--       and value pairs to store with it
-- Result: {OK} | {STALE} | {STATE, state it is in}.  Invariants: a job that has ended never changes its state again; a job that stops
-- running has no members, by a new generation; an older term changes nothing.
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return {'STATE', ''} end
if ARGV[1] ~= '' and tonumber(ARGV[1]) < tonumber(redis.call('HGET', KEYS[1], 'term') or '0') then return {'STALE'} end
if not string.find(',' .. ARGV[9] .. ',', ',' .. state .. ',', 1, true) then return {'STATE', state} end
if ARGV[2] ~= '' and redis.call('HGET', KEYS[1], 'generation') ~= ARGV[2] then return {'STALE'} end
if ARGV[3] ~= '' and redis.call('HGET', KEYS[1], 'step') ~= ARGV[3] then return {'STALE'} end
redis.call('HSET', KEYS[1], 'state', ARGV[4], 'reason', ARGV[5], 'message', ARGV[6])
if ARGV[4] == 'Succeeded' or ARGV[4] == 'Failed' or ARGV[4] == 'Cancelled' then redis.call('HSET', KEYS[1], 'ended', ARGV[7]) end
if state == 'Running' and (ARGV[4] == 'Queued' or ARGV[4] == 'Paused') then
  local generation = redis.call('HINCRBY', KEYS[1], 'generation', 1)
  redis.call('HSET', KEYS[3], 'planGeneration', generation, 'planCurrent', '', 'planNext', '')
  redis.call('HSET', KEYS[1], 'pauseRequested', '0', 'pauseReason', '', 'pauseMessage', '',
    'snapshotWanted', '', 'snapshot', '', 'retainFrom', '-1')
  redis.call('DEL', KEYS[2])
end
for index = 10, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1]) end
redis.call('PUBLISH', ARGV[8], 'state')
return {'OK'}
