import { ReplyError } from 'ioredis';
import { redisFaultOf, RedisUnavailableError } from '../../../src/runtime/redis/errors';

test.each([
  [new RedisUnavailableError('paused'), 'paused'],
  [new RedisUnavailableError('timeout'), 'timeout'],
  [new Error('Command timed out'), 'timeout'],
  [new Error('Connection is closed.'), 'connection'],
  [new Error('None of startup nodes is available'), 'connection'],
  [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'connection'],
  [Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'connection'],
  [new ReplyError('WRONGPASS invalid username-password pair or user is disabled.'), 'authentication'],
  [new ReplyError('NOAUTH Authentication required.'), 'authentication'],
  [new ReplyError("OOM command not allowed when used memory > 'maxmemory'."), 'out_of_memory'],
  [new ReplyError("READONLY You can't write against a read only replica."), 'read_only'],
  [new ReplyError('NOREPLICAS Not enough good replicas to write.'), 'read_only'],
  [new ReplyError('CLUSTERDOWN The cluster is down'), 'cluster_down'],
  [new ReplyError('LOADING Redis is loading the dataset in memory'), 'loading'],
  [new ReplyError('ERR something else'), 'refused'],
  [new TypeError('a fault of ours'), 'other'],
  ['no error', 'other'],
])('%s is told as %s', (error, fault) => {
  expect(redisFaultOf(error)).toBe(fault);
});
