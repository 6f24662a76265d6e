-- Begins a new membership generation.
-- KEYS: job, members, recoveries, history, plan, peers.  ARGV: term ('' from a member that acts for an absent coordinator), expected generation,
--       plan for the running step, plan for later steps, 1 when the job starts or resumes, now (ms), event channel,
--       transport, why that one, number of recovery rows, the rows, then incarnation and history row of each member that changed
-- Result: {OK, generation, step} or {STALE} or {NOT_RUNNING}.
-- Invariants: term and generation never decrease; the plan's first step is the one that runs when the script runs.
local term = tonumber(redis.call('HGET', KEYS[1], 'term') or '0')
if ARGV[1] ~= '' and tonumber(ARGV[1]) < term then return {'STALE'} end
local generation = tonumber(redis.call('HGET', KEYS[1], 'generation') or '0')
if tonumber(ARGV[2]) ~= generation then return {'STALE'} end
local state = redis.call('HGET', KEYS[1], 'state')
if ARGV[5] == '1' then
  if state ~= 'Queued' and state ~= 'Running' then return {'NOT_RUNNING'} end
  redis.call('HSET', KEYS[1], 'state', 'Running', 'reason', '', 'message', '')
  if redis.call('HEXISTS', KEYS[1], 'started') == 0 then redis.call('HSET', KEYS[1], 'started', ARGV[6]) end
elseif state ~= 'Running' then
  return {'NOT_RUNNING'}
end
if ARGV[1] ~= '' then redis.call('HSET', KEYS[1], 'term', ARGV[1]) end
local step = redis.call('HGET', KEYS[1], 'step')
redis.call('HSET', KEYS[1], 'generation', generation + 1)
redis.call('HSET', KEYS[5], 'planGeneration', generation + 1, 'planStep', step, 'planCurrent', ARGV[3], 'planNext', ARGV[4],
  'transport', ARGV[8], 'transportWhy', ARGV[9])
redis.call('DEL', KEYS[2])
for member in string.gmatch(ARGV[3] .. ',' .. ARGV[4], '([^:,]+):%d+:%d+') do redis.call('HSET', KEYS[2], member, '1') end
local rows = tonumber(ARGV[10])
for index = 1, rows do redis.call('RPUSH', KEYS[3], ARGV[10 + index]) end
for index = 11 + rows, #ARGV, 2 do
  redis.call('HSET', KEYS[4], ARGV[index], ARGV[index + 1])
  if redis.call('HEXISTS', KEYS[2], ARGV[index]) == 0 then redis.call('HDEL', KEYS[6], ARGV[index]) end
end
redis.call('PUBLISH', ARGV[7], 'generation')
return {'OK', tostring(generation + 1), step}
