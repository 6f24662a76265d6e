-- Reads lines of the log of a job by their numbers.
-- KEYS: job, lines.  ARGV: number of the first line (from 0), how many at most
-- Result: {OK, number of the first line that is there, line, ...}.  Invariant: nothing changes.
local dropped = tonumber(redis.call('HGET', KEYS[1], 'linesDropped') or '0')
local first = math.max(0, tonumber(ARGV[1]) - dropped)
local answer = {'OK', string.format('%d', first + dropped)}
for _, line in ipairs(redis.call('LRANGE', KEYS[2], first, first + tonumber(ARGV[2]) - 1)) do answer[#answer + 1] = line end
return answer
