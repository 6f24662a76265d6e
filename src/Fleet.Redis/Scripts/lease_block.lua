-- Leases a block of an embedding job.
-- KEYS: job, members, leases of blocks, blocks that are done.  ARGV: incarnation, blocks in all
-- Result: {LEASED, block} | {HELP, block of another member} | {DONE} | {STALE}.
-- Invariants: only a member leases; a block is either never leased, leased by one incarnation, or done; a lease whose incarnation is no
-- member any more passes on. No clock decides: who is a member is the coordinator's decision.
if redis.call('HGET', KEYS[1], 'state') ~= 'Running' or redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then return {'STALE'} end
local leases = redis.call('HGETALL', KEYS[3])
local orphan, help = nil, nil
for index = 1, #leases, 2 do
  local block, owner = tonumber(leases[index]), leases[index + 1]
  if owner == ARGV[1] or redis.call('HEXISTS', KEYS[2], owner) == 0 then
    if not orphan or block < orphan then orphan = block end
  elseif not help or block < help then
    help = block
  end
end
if orphan then
  redis.call('HSET', KEYS[3], tostring(orphan), ARGV[1])
  return {'LEASED', tostring(orphan)}
end
local next = tonumber(redis.call('HGET', KEYS[1], 'nextBlock') or '0')
if next < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 'nextBlock', tostring(next + 1))
  redis.call('HSET', KEYS[3], tostring(next), ARGV[1])
  return {'LEASED', tostring(next)}
end
if help then return {'HELP', tostring(help)} end
return {'DONE'}
