import fc from 'fast-check';
import { instantiate } from './instantiate';
import { withLogicalIdsOf } from '../../cloudformation/logical-ids';
import { parameterize } from '../../cloudformation/parameterize';

const PARAMETERS = [
  { name: 'suffix', standIn: 'zqsuffixqz' },
  { name: 'arn', standIn: 'arn:zqsuffixqz:secret' },
];

/** What the parameters become again, when each is given its stand-in. */
const restore = (value: unknown) =>
  instantiate(
    { Parameters: { suffix: {}, arn: {} }, value },
    Object.fromEntries(PARAMETERS.map(({ name, standIn }) => [name, standIn])),
  );

describe('a stand-in', () => {
  it('becomes a parameter wherever a text holds it, and the same text again with the parameter’s value', () => {
    const piece = fc.constantFrom(
      'zqsuffixqz',
      'arn:zqsuffixqz:secret',
      '${',
      '}',
      '${!',
      '${a}',
      '$',
      '!',
      '-',
      'name',
    );
    const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.boolean(),
        fc.array(tie('value')),
        fc.dictionary(fc.constantFrom('Name', 'Value', 'Fn::Join'), tie('value')),
      ),
    }));

    fc.assert(
      fc.property(value, (made) => {
        const parameterized = parameterize(made, PARAMETERS);

        expect(restore(parameterized)).toEqual({ value: made });
        expect(JSON.stringify(parameterized)).not.toContain('zqsuffixqz');
      }),
    );
  });

  it.each([
    ['alone', 'zqsuffixqz', { Ref: 'suffix' }],
    ['within a text', 'events-zqsuffixqz', { 'Fn::Sub': 'events-${suffix}' }],
    ['beside a variable of the text’s own', '${x}-zqsuffixqz', { 'Fn::Sub': '${!x}-${suffix}' }],
    ['within a longer one', 'arn:zqsuffixqz:secret', { Ref: 'arn' }],
    ['within a pattern', { 'Fn::Sub': 'zqsuffixqz.${AWS::URLSuffix}' }, { 'Fn::Sub': '${suffix}.${AWS::URLSuffix}' }],
    [
      'within a pattern with variables',
      { 'Fn::Sub': ['zqsuffixqz-${x}', { x: 'zqsuffixqz' }] },
      { 'Fn::Sub': ['${suffix}-${x}', { x: { Ref: 'suffix' } }] },
    ],
  ])('that stands %s', (_, value, expected) => {
    expect(parameterize(value, PARAMETERS)).toEqual(expected);
  });

  it.each([
    ['the name of a resource', { Ref: 'Bucketzqsuffixqz' }],
    ['an attribute of one', { 'Fn::GetAtt': ['Bucketzqsuffixqz', 'Arn'] }],
    ['what waits for one', { DependsOn: ['Bucketzqsuffixqz'] }],
    ['a key', { 'key-zqsuffixqz': 1 }],
  ])('is refused in %s, where CloudFormation takes no parameter', (_, value) => {
    expect(() => parameterize(value, PARAMETERS)).toThrow('A parameter cannot stand in');
  });
});

describe('the logical ids of another template', () => {
  const type = (name: string) => ({ Type: `AWS::Test::${name}` });

  it('take the place of its own, wherever they are referred to', () => {
    const body = {
      Resources: { A1: { ...type('A'), DependsOn: ['B1'] }, B1: { ...type('B'), DependsOn: 'A1' } },
      Outputs: {
        One: { Value: { Ref: 'A1' } },
        Two: { Value: { 'Fn::GetAtt': ['B1', 'Arn'] } },
        Three: { Value: { 'Fn::GetAtt': 'B1.Arn' } },
        Four: { Value: { 'Fn::Sub': '${A1}-${B1.Arn}-${!A1}-${AWS::Region}' } },
        Five: { Value: { 'Fn::Sub': ['${x}-${A1}', { x: { Ref: 'B1' } }] } },
        Six: { Value: 'A1' },
      },
    };

    expect(withLogicalIdsOf(body.Resources, { A2: type('A'), B2: type('B') }, body)).toEqual({
      Resources: { A2: { ...type('A'), DependsOn: ['B2'] }, B2: { ...type('B'), DependsOn: 'A2' } },
      Outputs: {
        One: { Value: { Ref: 'A2' } },
        Two: { Value: { 'Fn::GetAtt': ['B2', 'Arn'] } },
        Three: { Value: { 'Fn::GetAtt': 'B2.Arn' } },
        Four: { Value: { 'Fn::Sub': '${A2}-${B2.Arn}-${!A1}-${AWS::Region}' } },
        Five: { Value: { 'Fn::Sub': ['${x}-${A2}', { x: { Ref: 'B2' } }] } },
        Six: { Value: 'A1' },
      },
    });
  });

  it.each([
    ['a resource more', { A2: type('A'), B2: type('B') }],
    ['another resource', { A2: type('B') }],
  ])('are refused when that one has %s', (_, model) => {
    expect(() => withLogicalIdsOf({ A1: type('A') }, model, {})).toThrow('The resources depend on the suffix');
  });
});
