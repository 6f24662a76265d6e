-- Compares the hash of a state with those of the members; the first report of each state also leaves the step's metrics.
-- KEYS: job, members, hashes of the state, hashes to forget, metrics.  ARGV: incarnation, step, hash ('' when not computed), worker's name,
--       metrics (JSON, '' for none), life (ms), event channel, now (ms), seconds of the step, 1 to decide without the other members
-- Result: {OK} | {FUTURE} | {SUSPECT, first hash} | {MISMATCH, first hash}.
-- Invariants: all members have equal hashes after every commit: a difference stops the job and names the hashes and, from three
-- members on, the one that is alone. Metrics have one row a state, in order. Who is no member cannot stop a job.
-- A job that is gone, or that has no first state yet, has nothing to compare.
local step = tonumber(ARGV[2])
local base = redis.call('HGET', KEYS[1], 'baseStep')
if not base then return {'OK'} end
if step > tonumber(redis.call('HGET', KEYS[1], 'step')) then return {'FUTURE'} end
if ARGV[5] ~= '' and redis.call('LLEN', KEYS[5]) == step - tonumber(base) - 1 then
  redis.call('RPUSH', KEYS[5], ARGV[5])
  redis.call('HINCRBYFLOAT', KEYS[1], 'trainingSeconds', ARGV[9])
  redis.call('PUBLISH', ARGV[7], 'metrics')
end
local first = redis.call('HGET', KEYS[3], '=')
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0 then
  if ARGV[3] == '' or not first or first == ARGV[3] then return {'OK'} end
  return {'MISMATCH', first}
end
redis.call('HSET', KEYS[3], ARGV[1], ARGV[3] .. '|' .. ARGV[4])
redis.call('PEXPIRE', KEYS[3], ARGV[6])
redis.call('DEL', KEYS[4])
if ARGV[3] == '' then return {'OK'} end
if not first then
  first = ARGV[3]
  redis.call('HSET', KEYS[3], '=', first)
  redis.call('HSET', KEYS[1], 'stateHash', first, 'stateStep', ARGV[2])
end
if first ~= ARGV[3] then redis.call('HSET', KEYS[3], '!', '1') end
if redis.call('HEXISTS', KEYS[3], '!') == 0 then return {'OK'} end
local reports = redis.call('HGETALL', KEYS[3])
local hashes, names, count = {}, {}, 0
for index = 1, #reports, 2 do
  local hash, name = string.match(reports[index + 1], '^([^|]*)|(.*)$')
  if hash then
    count = count + 1
    if hash ~= '' then
      if not names[hash] then
        names[hash] = {}
        hashes[#hashes + 1] = hash
      end
      table.insert(names[hash], name)
    end
  end
end
if count < redis.call('HLEN', KEYS[2]) and ARGV[10] ~= '1' then
  return {first == ARGV[3] and 'OK' or 'SUSPECT', first}
end
if redis.call('HGET', KEYS[1], 'state') == 'Running' then
  table.sort(hashes, function(a, b) return #names[a] > #names[b] or (#names[a] == #names[b] and a < b) end)
  local parts, total = {}, 0
  for _, hash in ipairs(hashes) do
    table.sort(names[hash])
    total = total + #names[hash]
    parts[#parts + 1] = hash .. ' on ' .. table.concat(names[hash], ', ')
  end
  local message = 'The states after step ' .. tostring(step - 1) .. ' differ: ' .. table.concat(parts, '; ') .. '.'
  if #hashes == 2 and total >= 3 and #names[hashes[2]] == 1 then message = message .. ' ' .. names[hashes[2]][1] .. ' is alone.' end
  redis.call('HSET', KEYS[1], 'state', 'Failed', 'reason', 'StateMismatch', 'ended', ARGV[8], 'message', message)
  redis.call('PUBLISH', ARGV[7], 'state')
end
return {'MISMATCH', first}
