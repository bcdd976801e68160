import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const renderExamples: TemplateExample[] = [
  {
    description: "Render a pipeline from the form's answers, with the least that must be said",
    example: `steps:
  - id: render
    name: Render the pipeline
    action: hipaa-pipeline:render
    input:
      settings:
        tenant:
          id: lakeside-eu-west-1
          name: Lakeside Hospital
          owner: group:default/lakeside-platform
        workload: vitals
        aws:
          accountId: "123456789012"
          region: eu-west-1
          environmentSuffix: prod
          deployRoleArn: arn:aws:iam::123456789012:role/pipeline-deploy
        secrets:
          databaseArn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:lakeside/database-a1B2c3
        capacity:
          peakEventsPerSecond: 1000
`,
  },
  {
    description: 'Render into a folder of another name, with more frameworks, shorter retention and alarm mails',
    example: `steps:
  - id: render
    name: Render the pipeline
    action: hipaa-pipeline:render
    input:
      targetPath: pipeline
      settings:
        tenant:
          id: lakeside-eu-west-1
          name: Lakeside Hospital
          owner: group:default/lakeside-platform
        workload: vitals
        aws:
          accountId: "123456789012"
          region: eu-west-1
          environmentSuffix: icu-test
          deployRoleArn: arn:aws:iam::123456789012:role/pipeline-deploy
          egress: nat
          trail: organization
        secrets:
          databaseArn: arn:aws:secretsmanager:eu-west-1:123456789012:secret:lakeside/database-a1B2c3
          databaseKeyArn: arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
        capacity:
          peakEventsPerSecond: 50
        compliance:
          frameworks: [hipaa, gdpr]
          observationRetentionDays: 30
        observability:
          alarmEmail: icu-oncall@lakeside.example
`,
  },
];
