import { alarmsOf, nameOf } from './support/alarms';
import { describeStreamPipeline } from './support/stream-pipeline';
import { synthesize } from './support/synthesis';

// What holds where a stream is stored by processors.
describeStreamPipeline('the alarms of what stores a stream', () => {
  const { all } = alarmsOf(synthesize());

  it('go off when devices write and nobody reads, though the age is then not reported', () => {
    const byName = new Map(all.map((alarm) => [nameOf(alarm), alarm]));

    expect(byName.get('iterator-age-unreported-prod')?.Properties).toMatchObject({
      MetricName: 'GetRecords.IteratorAgeMilliseconds',
      TreatMissingData: 'breaching',
    });
    expect(byName.get('records-arriving-prod')?.Properties).toMatchObject({
      MetricName: 'IncomingRecords',
      TreatMissingData: 'notBreaching',
    });
    const rule = JSON.stringify(byName.get('stream-unread-prod')?.Properties.AlarmRule);
    expect(rule).toContain('iteratorageunreported');
    expect(rule).toContain('recordsarriving');
    expect(rule).toContain(' AND ');
  });

  it('stay quiet while no device writes: the age alone may be missing', () => {
    const age = all.find((alarm) => nameOf(alarm) === 'iterator-age-prod');

    expect(age?.Properties.TreatMissingData).toBe('notBreaching');
  });

  it('count a processor service that reports nothing as one that does not run', () => {
    const tasks = all.find((alarm) => nameOf(alarm) === 'processor-tasks-prod');

    expect(tasks?.Properties).toMatchObject({
      Threshold: 2,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });
});

describeStreamPipeline('the dashboard', () => {
  it('speaks of what a person on the ward asks about', () => {
    const { Properties } = synthesize().only('AWS::CloudWatch::Dashboard');

    expect(Properties.DashboardName).toBe('pipeline-prod');
    for (const words of [
      'Is everything well?',
      'Events in and stored',
      'Waiting time',
      'Quarantine',
      'From arrival to stored',
      'Stream: room used',
      'Processors running',
      'Database: how busy',
    ]) {
      expect(JSON.stringify(Properties.DashboardBody)).toContain(words);
    }
  });
});
