import { spawnSync } from 'node:child_process';
import { bundle } from '../../../src/foundation/bundle';

/** As CDK's entry point calls it: `require` of the folder's `index`, in a process of its own. */
function call(event: object): unknown {
  const folder = bundle({
    name: 'test-scaled-readers',
    entry: 'src/foundation/scaled-readers/handler.ts',
    files: ['src/foundation/scaled-readers/index.js'],
  });
  const script = `require('./index').handler(${JSON.stringify(event)}).then((answer) => console.log(JSON.stringify(answer)), (error) => { console.log(JSON.stringify({ error: error.name })); });`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  return JSON.parse(stdout);
}

describe('the function that removes scaled readers, as it is deployed', () => {
  it.each(['Create', 'Update'])('has nothing to do on %s, and answers an id that stays the same', (RequestType) => {
    const event = { RequestType, ResourceProperties: { ServiceToken: 'arn', ClusterIdentifier: 'database-prod' } };

    expect(call(event)).toEqual({ PhysicalResourceId: 'scaled-readers-of-database-prod' });
  });

  it('refuses an event that names no cluster', () => {
    expect(call({ RequestType: 'Delete', ResourceProperties: {} })).toEqual({ error: 'ZodError' });
  });
});
