-- Stores facts about a running job, fenced by the generation.
-- KEYS: job, members.  ARGV: generation ('' for any), incarnation ('' for the coordinator), event channel, field and value pairs
-- Result: {OK} | {STALE}.  Invariant: an incarnation that is no member writes nothing.
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return {'STALE'} end
if ARGV[2] ~= '' and redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return {'STALE'} end
if redis.call('EXISTS', KEYS[1]) == 0 then return {'STALE'} end
for index = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[index], ARGV[index + 1]) end
redis.call('PUBLISH', ARGV[3], 'fields')
return {'OK'}
