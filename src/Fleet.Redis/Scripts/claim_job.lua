-- Makes a coordinator's term known to a job, so that nothing of an earlier leader is accepted any more.
-- KEYS: job.  ARGV: term
-- Result: {OK} | {STALE}.  Invariant: the term of a job never decreases.
local term = redis.call('HGET', KEYS[1], 'term')
if not term or tonumber(ARGV[1]) < tonumber(term) then return {'STALE'} end
redis.call('HSET', KEYS[1], 'term', ARGV[1])
return {'OK'}
