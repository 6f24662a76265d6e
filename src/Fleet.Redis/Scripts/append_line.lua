-- Adds a line to the log of a job for people; only the newest ones stay.
-- KEYS: job, lines.  ARGV: the line, how many lines stay
-- Result: {OK} | {MISSING}.
-- Invariants: a line keeps its number for ever, since those that went before are counted; a job that is gone gets no line.
if redis.call('EXISTS', KEYS[1]) == 0 then return {'MISSING'} end
local surplus = redis.call('RPUSH', KEYS[2], ARGV[1]) - tonumber(ARGV[2])
if surplus > 0 then
  redis.call('LTRIM', KEYS[2], surplus, -1)
  redis.call('HINCRBY', KEYS[1], 'linesDropped', surplus)
end
return {'OK'}
