-- Records a block that has been computed.
-- KEYS: job, members, leases of blocks, blocks that are done, metrics.  ARGV: incarnation, block, digest, seconds, event channel
-- Result: {OK} | {DIFFERENT, first digest} | {STALE}.
-- Invariants: the first writer of a block wins; the job's step is the number of blocks that are done and grows by one a block.
if redis.call('HGET', KEYS[1], 'state') ~= 'Running' or redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return {'STALE'} end
local first = redis.call('HGET', KEYS[4], ARGV[2])
if first then
  if first == ARGV[3] then return {'OK'} end
  return {'DIFFERENT', first}
end
redis.call('HSET', KEYS[4], ARGV[2], ARGV[3])
redis.call('HDEL', KEYS[3], ARGV[2])
local step = redis.call('HINCRBY', KEYS[1], 'step', 1)
redis.call('RPUSH', KEYS[5], '{"step":"' .. step .. '","seconds":' .. ARGV[4] .. ',"workerCount":' .. redis.call('HLEN', KEYS[2]) .. '}')
redis.call('PUBLISH', ARGV[5], 'block')
return {'OK'}
