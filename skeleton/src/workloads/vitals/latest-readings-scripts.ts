import { TIES_MAX } from './reading';
import { RedisScript } from '../../runtime/redis/script';

/**
 * A patient's hash: a field for each code, with a line for each reading of the newest moment, and the field below. A line is
 * `<observedAt> <eventId> <the rest as JSON>`; the first two have a fixed width, by which the scripts compare without
 * touching the JSON, whose numbers Lua would round.
 *
 * The field is in the hash and not in a key of its own: when Redis drops the hash, by expiry, eviction or flush, its
 * completeness goes with it.
 */
export const COMPLETE_UNTIL_FIELD = 'complete-until';

/** Characters of `observedAt` and `eventId`. */
export const LINE_WIDTHS = { observedAt: 27, eventId: 36 } as const;

const EVENT_ID_START = LINE_WIDTHS.observedAt + 2;
const EVENT_ID_END = EVENT_ID_START + LINE_WIDTHS.eventId - 1;

const MERGE = `
local function eventId(line) return string.sub(line, ${EVENT_ID_START}, ${EVENT_ID_END}) end
local function union(preferred, others)
  local seen, lines = {}, {}
  for _, list in ipairs({ preferred, others }) do
    for line in string.gmatch(list, '[^\\n]+') do
      local id = eventId(line)
      if not seen[id] then
        seen[id] = true
        lines[#lines + 1] = line
      end
    end
  end
  table.sort(lines, function(one, other) return eventId(one) > eventId(other) end)
  return table.concat(lines, '\\n', 1, math.min(#lines, ${TIES_MAX + 1}))
end
local function merge(code, new, isFromDatabase)
  local old = redis.call('HGET', KEYS[1], code)
  local merged = new
  if old then
    local oldAt, newAt = string.sub(old, 1, ${LINE_WIDTHS.observedAt}), string.sub(new, 1, ${LINE_WIDTHS.observedAt})
    if newAt < oldAt then return end
    if newAt == oldAt then merged = isFromDatabase and union(new, old) or union(old, new) end
  end
  if merged ~= old then redis.call('HSET', KEYS[1], code, merged) end
end
local function expire(seconds)
  if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], seconds) end
end
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;

/** Parameters: seconds to keep a new hash; code, lines; code, lines … Of one event's two versions the first stays. */
export const UPDATE_SCRIPT = new RedisScript(`${MERGE}
for index = 2, #ARGV, 2 do merge(ARGV[index], ARGV[index + 1], false) end
expire(ARGV[1])
return redis.status_reply('OK')`);

/**
 * Parameters: seconds to keep a new hash; until when the hash is complete, in milliseconds since 1970 by Redis's clock; code,
 * lines … Does nothing after that time, as when Redis hung meanwhile.
 */
export const FILL_SCRIPT = new RedisScript(`${MERGE}
if tonumber(ARGV[2]) <= nowMs() then return redis.status_reply('LATE') end
for index = 3, #ARGV, 2 do merge(ARGV[index], ARGV[index + 1], true) end
local known = redis.call('HGET', KEYS[1], '${COMPLETE_UNTIL_FIELD}')
if not known or tonumber(known) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], '${COMPLETE_UNTIL_FIELD}', ARGV[2])
end
expire(ARGV[1])
return redis.status_reply('OK')`);

/** Answers Redis's time in milliseconds since 1970, and the hash as a flat list if it is complete. */
export const READ_SCRIPT = new RedisScript(`${MERGE}
local now = nowMs()
local known = redis.call('HGET', KEYS[1], '${COMPLETE_UNTIL_FIELD}')
if not known or tonumber(known) <= now then return { now, false } end
return { now, redis.call('HGETALL', KEYS[1]) }`);
