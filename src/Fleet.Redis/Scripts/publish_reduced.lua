-- Publishes reduced chunks and, with the last one, commits the step.
-- KEYS: job, members, reduced chunks of the step, shards of the step, log.
-- ARGV: generation, incarnation, step, life (ms), event channel, chunks in all, shards in all, learning rate,
--       then (chunk, digest, payload key) for each
-- Result: {OK | COMMITTED | STALE | NOT_RUNNING | ALREADY_COMMITTED | FUTURE}.
-- Invariants: a step is committed once; the log grows by exactly one entry; the first writer of a chunk wins.
-- A job that is gone, or that has no first state yet, is not running.
local base = redis.call('HGET', KEYS[1], 'baseStep')
if not base then return {'NOT_RUNNING'} end
local step = tonumber(redis.call('HGET', KEYS[1], 'step'))
if tonumber(ARGV[3]) < step then return {'ALREADY_COMMITTED'} end
if redis.call('HGET', KEYS[1], 'state') ~= 'Running' then return {'NOT_RUNNING'} end
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] or redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return {'STALE'} end
if tonumber(ARGV[3]) > step then return {'FUTURE'} end
for index = 9, #ARGV, 3 do
  local value = ARGV[index + 1] .. '|' .. ARGV[index + 2]
  if redis.call('HSETNX', KEYS[3], ARGV[index], value) == 0 then
    local prefix = ARGV[index + 1] .. '|'
    if ARGV[index + 2] ~= '' and string.sub(redis.call('HGET', KEYS[3], ARGV[index]), 1, #prefix) == prefix then
      redis.call('HSET', KEYS[3], ARGV[index], value)
    end
  end
end
redis.call('PEXPIRE', KEYS[3], ARGV[4])
local chunks, shards = tonumber(ARGV[6]), tonumber(ARGV[7])
if redis.call('HLEN', KEYS[3]) < chunks or redis.call('HLEN', KEYS[4]) < shards then
  redis.call('PUBLISH', ARGV[5], 'reduced')
  return {'OK'}
end
if redis.call('LLEN', KEYS[5]) ~= step - tonumber(base) + 1 then return {'BROKEN_LOG'} end
local digests, samples, replaced = {}, {}, 0
for chunk = 0, chunks - 1 do
  digests[#digests + 1] = string.match(redis.call('HGET', KEYS[3], tostring(chunk)), '^[^|]*')
end
for shard = 0, shards - 1 do
  local digest, count = string.match(redis.call('HGET', KEYS[4], tostring(shard)), '^([^|]*)|([^|]*)|')
  samples[#samples + 1] = digest
  replaced = replaced + tonumber(count)
end
redis.call('RPUSH', KEYS[5], ARGV[3] .. '|' .. ARGV[1] .. '|' .. ARGV[8] .. '|' .. string.sub(redis.sha1hex(table.concat(digests)), 1, 16)
  .. '|' .. string.sub(redis.sha1hex(table.concat(samples)), 1, 16))
redis.call('HSET', KEYS[1], 'step', tostring(step + 1))
if replaced > 0 then redis.call('HINCRBY', KEYS[1], 'replaced', replaced) end
redis.call('PUBLISH', ARGV[5], 'commit')
return {'COMMITTED'}
