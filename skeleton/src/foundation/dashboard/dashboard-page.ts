import { Duration } from 'aws-cdk-lib';
import { AlarmStatusWidget, Dashboard, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Foundation } from '../pipeline-parts';

/**
 * One page: what it is and whether all is well, then rows. Call it when every alarm is there.
 *
 * @param header first thing on the page, in Markdown.
 */
export function dashboardPage({ scope, names, alarms }: Foundation, header: string, rows: IWidget[][]): Dashboard {
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: names.of('pipeline'),
    defaultInterval: Duration.hours(3),
    widgets: [
      [
        new TextWidget({ markdown: header, width: 9, height: 6 }),
        new AlarmStatusWidget({ title: 'Alarms: green is well', alarms: alarms.notifying, width: 15, height: 6 }),
      ],
      ...rows,
    ],
  });
}
