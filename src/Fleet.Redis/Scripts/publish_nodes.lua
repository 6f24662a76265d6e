-- Publishes nodes of the summation tree, each for one chunk.
-- KEYS: job, members, nodes of the step.  ARGV: generation, incarnation, step, life (ms), event channel,
--       then (chunk, start, count, digest, payload key) for each
-- Result: {OK | STALE | NOT_RUNNING | ALREADY_COMMITTED | FUTURE, number refused because they overlap}.
-- Invariant: for each chunk, published nodes cover disjoint shards, and what they cover never shrinks. Nodes of one tree are nested or
-- disjoint: a larger node takes the place of those within it (else two fleets that divided the shards differently would wait for each
-- other for ever), one within a published node is refused. The same node with an equal digest replaces a lost payload.
if redis.call('HGET', KEYS[1], 'state') ~= 'Running' then return {'NOT_RUNNING'} end
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] or redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return {'STALE'} end
local step = tonumber(redis.call('HGET', KEYS[1], 'step'))
if tonumber(ARGV[3]) < step then return {'ALREADY_COMMITTED'} end
if tonumber(ARGV[3]) > step then return {'FUTURE'} end
local refused = 0
for index = 6, #ARGV, 5 do
  local first = tonumber(ARGV[index + 1])
  local last = first + tonumber(ARGV[index + 2])
  local mine = ARGV[index + 1] .. ':' .. ARGV[index + 2] .. ':' .. ARGV[index + 3] .. ':'
  local nodes = redis.call('HGET', KEYS[3], ARGV[index]) or ''
  local kept, free = '', true
  for entry in string.gmatch(nodes, '[^;]+') do
    local start, count = string.match(entry, '^(%d+):(%d+):')
    local from, to = tonumber(start), tonumber(start) + tonumber(count)
    local within = from >= first and to <= last and to - from < last - first
    if string.sub(entry, 1, #mine) == mine or within then
      -- The same bytes again, or a part of this node: drop the old pointer, the new one follows.
    else
      kept = kept .. entry .. ';'
      if from < last and to > first then free = false end
    end
  end
  if free then
    redis.call('HSET', KEYS[3], ARGV[index], kept .. mine .. ARGV[index + 4] .. ';')
  else
    refused = refused + 1
  end
end
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('PUBLISH', ARGV[5], 'nodes')
return {'OK', tostring(refused)}
