-- Fixes what the first prepared worker found out about a job; later workers must have found the same.
-- KEYS: job, log, hashes of the first state.  ARGV: images, steps an epoch, steps in all, base step, state hash at the base step, manifest digest,
--       numeric class, vector length
-- Result: {OK} or {DIFFERENT, field, first value, this value}.  Invariant: log entry 0 holds the hash of the first state.
local names = {'images', 'stepsPerEpoch', 'stepsTotal', 'manifest', 'numericClass', 'vectorLength'}
local values = {ARGV[1], ARGV[2], ARGV[3], ARGV[6], ARGV[7], ARGV[8]}
if redis.call('HEXISTS', KEYS[1], 'manifest') == 1 then
  for index = 1, #names do
    local first = redis.call('HGET', KEYS[1], names[index])
    if first ~= values[index] then return {'DIFFERENT', names[index], first, values[index]} end
  end
  local base = redis.call('HGET', KEYS[1], 'baseStep')
  if base == ARGV[4] then
    local hash = redis.call('HGET', KEYS[1], 'baseHash')
    if hash ~= ARGV[5] then return {'DIFFERENT', 'stateHash', hash, ARGV[5]} end
  end
  return {'OK'}
end
for index = 1, #names do redis.call('HSET', KEYS[1], names[index], values[index]) end
redis.call('HSET', KEYS[1], 'baseStep', ARGV[4], 'baseHash', ARGV[5], 'step', ARGV[4], 'stateHash', ARGV[5], 'stateStep', ARGV[4])
redis.call('RPUSH', KEYS[2], ARGV[4] .. '|' .. ARGV[5] .. '|' .. ARGV[6])
redis.call('HSET', KEYS[3], '=', ARGV[5])
redis.call('PEXPIRE', KEYS[3], 600000)
return {'OK'}
