-- Publishes nodes of the summation tree, each for one chunk.
-- KEYS: job, members, nodes of the step.  ARGV: generation, incarnation, step, life (ms), event channel,
--       then (chunk, start, count, digest, payload key) for each
-- Result: {OK | STALE | NOT_RUNNING | ALREADY_COMMITTED | FUTURE, number refused because they overlap or are no nodes of the tree}.
-- Stored: "chunk:start:count" -> "digest:key", and "chunk" -> shards covered; one publication costs the depth of the tree, not what others
-- have published. An owner publishes no nodes of its own chunks, so a hint goes out when what is left of a chunk may be its owner's share:
-- four average shares.
-- Invariant: for each chunk, published nodes cover disjoint shards, and what they cover never shrinks. Nodes of one tree are nested or
-- disjoint: a larger node takes the place of those within it (else two fleets that divided the shards differently would wait for each
-- other for ever), one within a published node is refused. The same node with an equal digest replaces a lost payload.
if redis.call('HGET', KEYS[1], 'state') ~= 'Running' then return {'NOT_RUNNING'} end
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] or redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return {'STALE'} end
local step = tonumber(redis.call('HGET', KEYS[1], 'step'))
if tonumber(ARGV[3]) < step then return {'ALREADY_COMMITTED'} end
if tonumber(ARGV[3]) > step then return {'FUTURE'} end
local shards = tonumber(redis.call('HGET', KEYS[1], 'shards'))
local owner_share = 4 * math.ceil(shards / redis.call('HLEN', KEYS[2]))

local function left_of(count)
  local left = 1
  while left * 2 < count do left = left * 2 end
  return left
end

-- Whether a node is one of the tree and lies within no published one.
local function is_free(chunk, first, count)
  local start, size = 0, shards
  while start ~= first or size ~= count do
    if size <= 1 or first < start or first + count > start + size then return false end
    if redis.call('HEXISTS', KEYS[3], chunk .. ':' .. start .. ':' .. size) == 1 then return false end
    local left = left_of(size)
    if first >= start + left then start, size = start + left, size - left else size = left end
  end
  return true
end

-- Drops published nodes within a node; returns the shards that they covered.
local function drop_within(chunk, start, count)
  if count == 1 then return 0 end
  local left, covered = left_of(count), 0
  for _, part in ipairs({{start, left}, {start + left, count - left}}) do
    if redis.call('HDEL', KEYS[3], chunk .. ':' .. part[1] .. ':' .. part[2]) == 1 then
      covered = covered + part[2]
    else
      covered = covered + drop_within(chunk, part[1], part[2])
    end
  end
  return covered
end

local refused, complete = 0, false
for index = 6, #ARGV, 5 do
  local chunk, first, count = ARGV[index], tonumber(ARGV[index + 1]), tonumber(ARGV[index + 2])
  local field, digest = chunk .. ':' .. first .. ':' .. count, ARGV[index + 3] .. ':'
  local before = redis.call('HGET', KEYS[3], field)
  if before then
    if string.sub(before, 1, #digest) == digest then
      redis.call('HSET', KEYS[3], field, digest .. ARGV[index + 4])
      complete = true
    else
      refused = refused + 1
    end
  elseif is_free(chunk, first, count) then
    local covered = tonumber(redis.call('HGET', KEYS[3], chunk) or '0')
    if covered > 0 then covered = covered - drop_within(chunk, first, count) end
    redis.call('HSET', KEYS[3], field, digest .. ARGV[index + 4], chunk, tostring(covered + count))
    if shards - covered - count <= owner_share then complete = true end
  else
    refused = refused + 1
  end
end
redis.call('PEXPIRE', KEYS[3], ARGV[4])
if complete then redis.call('PUBLISH', ARGV[5], 'nodes') end
return {'OK', tostring(refused)}
