import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const publishLocalGitExamples: TemplateExample[] = [
  {
    description: 'Make the repository of a tenant from what was rendered',
    example: `steps:
  - id: publish
    name: Make the repository
    action: publish:local-git
    input:
      tenantId: lakeside-eu-west-1
`,
  },
  {
    description: 'Make it from another folder of the workspace, with a message of your own',
    example: `steps:
  - id: publish
    name: Make the repository
    action: publish:local-git
    input:
      tenantId: lakeside-eu-west-1
      sourcePath: pipeline
      commitMessage: Start the vitals pipeline
`,
  },
];
