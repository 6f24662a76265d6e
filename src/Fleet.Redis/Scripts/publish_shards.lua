-- Publishes what shards used and their embeddings.
-- KEYS: job, members, shards of the step.  ARGV: generation, incarnation, step, life (ms), event channel,
--       then (shard, samples digest, replaced, payload digest, payload key) for each
-- Result: {OK | STALE | NOT_RUNNING | ALREADY_COMMITTED | FUTURE, number that another worker published with other bytes}.
-- A hint goes out when all shards are there, which is when somebody can go on, and when bytes that were lost are back.
-- Invariant: the first writer of a shard wins; everybody uses the same bytes. A pointer to lost bytes may be replaced by one
-- of equal digest.
if redis.call('HGET', KEYS[1], 'state') ~= 'Running' then return {'NOT_RUNNING'} end
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] or redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return {'STALE'} end
local step = tonumber(redis.call('HGET', KEYS[1], 'step'))
if tonumber(ARGV[3]) < step then return {'ALREADY_COMMITTED'} end
if tonumber(ARGV[3]) > step then return {'FUTURE'} end
local different, replaced = 0, false
for index = 6, #ARGV, 5 do
  local value = ARGV[index + 1] .. '|' .. ARGV[index + 2] .. '|' .. ARGV[index + 3] .. '|' .. ARGV[index + 4]
  if redis.call('HSETNX', KEYS[3], ARGV[index], value) == 0 then
    local prefix = ARGV[index + 1] .. '|' .. ARGV[index + 2] .. '|' .. ARGV[index + 3] .. '|'
    if string.sub(redis.call('HGET', KEYS[3], ARGV[index]), 1, #prefix) == prefix then
      if ARGV[index + 4] ~= '' then
        redis.call('HSET', KEYS[3], ARGV[index], value)
        replaced = true
      end
    else
      different = different + 1
    end
  end
end
redis.call('PEXPIRE', KEYS[3], ARGV[4])
if replaced or redis.call('HLEN', KEYS[3]) >= tonumber(redis.call('HGET', KEYS[1], 'shards')) then
  redis.call('PUBLISH', ARGV[5], 'shards')
end
return {'OK', tostring(different)}
