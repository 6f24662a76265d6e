-- Becomes or stays the leading coordinator.
-- KEYS: leader, term.  ARGV: coordinator, life of the leadership (ms)
-- Result: {LEADER, term} | {FOLLOWER, leader}.  Invariant: each change of the leader increments the term.
local leader = redis.call('GET', KEYS[1])
if leader == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {'LEADER', redis.call('GET', KEYS[2])}
end
if leader then return {'FOLLOWER', leader} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {'LEADER', tostring(redis.call('INCR', KEYS[2]))}
