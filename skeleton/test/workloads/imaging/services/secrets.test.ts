import { flat, statementsOf } from '../../../foundation/support/policy-statements';
import { IMAGING, IMAGING_OTHER_CHOICES } from '../../../foundation/support/settings';
import { synthesize } from '../../../foundation/support/synthesis';

const READ = 'secretsmanager:GetSecretValue';

describe.each([
  ['by default', IMAGING],
  ['with every choice made the other way', IMAGING_OTHER_CHOICES],
])('the secrets of imaging %s', (_, change) => {
  const { resources } = synthesize(change);

  it('are existing ones: none is made', () => {
    expect(resources.filter(({ Type }) => Type === 'AWS::SecretsManager::Secret')).toEqual([]);
  });

  it('are read by the programs that need them, each by its complete ARN', () => {
    const readers = (program: string) =>
      statementsOf(resources.find(({ id }) => id.startsWith(`${program}TaskPolicy`)))
        .filter(({ Action }) => Action.includes(READ))
        .flatMap(({ Effect, Resource }) => Resource.map((resource) => [Effect, secretIn(flat(resource))]))
        .sort();
    const database = ['Allow', 'st-luke/database-a1B2c3'];
    const queue = ['Allow', 'st-luke/queue-d4E5f6'];

    expect(readers('Upload')).toEqual([database, queue]);
    expect(readers('Worker')).toEqual([database, queue]);
    expect(readers('Query')).toEqual([database]);
    expect(readers('Operator')).toEqual([database]);
  });
});

/** Name of a secret, with the six characters that end a complete ARN. */
function secretIn(resource: string): string {
  return /:secret:([\w/-]+-\w{6})$/.exec(resource)?.[1] ?? resource;
}
