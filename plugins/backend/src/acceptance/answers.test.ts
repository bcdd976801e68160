import { withAnswer } from './answers';

it('changes one field and leaves the others, also in a group that was not there', () => {
  const answers = { workload: 'vitals', aws: { region: 'eu-central-1', accountId: '111122223333' } };
  expect(withAnswer(answers, 'aws.region', 'us-east-1')).toEqual({
    workload: 'vitals',
    aws: { region: 'us-east-1', accountId: '111122223333' },
  });
  expect(withAnswer(answers, 'observability.alarmEmail', 'x')).toEqual({ ...answers, observability: { alarmEmail: 'x' } });
  expect(answers.aws.region).toBe('eu-central-1');
});
