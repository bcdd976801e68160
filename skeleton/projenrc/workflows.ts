import { github } from 'projen';

/** Actions by commit, since a tag can be moved; the version is for people. */
const ACTIONS = {
  /** v4.2.2 */
  checkout: 'actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683',
  /** v4.4.0 */
  setupNode: 'actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020',
  /** v4.6.2 */
  uploadArtifact: 'actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02',
  /** v4.2.1 */
  awsCredentials: 'aws-actions/configure-aws-credentials@b47578312673ae6fa5b5096b330d9fbac3d116df',
} as const;

const NODE_VERSION = '24';
const CFN_LINT_VERSION = '1.51.0';

/** Settings that a workflow reads from `tenant.json` when it runs, by the name of the step's output. */
const SETTINGS = {
  region: '.aws.region',
  suffix: '.aws.environmentSuffix',
  role: '.aws.deployRoleArn',
} as const;

/** Input of the workflow that destroys. In snake case, since projen writes keys so. */
const CONFIRMATION = 'environment_suffix';

type Step = github.workflows.JobStep;

/** Adds the three workflows. None knows the tenant: each reads `tenant.json`, so that all tenants have the same files. */
export function addWorkflows(gitHub: github.GitHub): void {
  addBuild(gitHub);
  addDeploy(gitHub);
  addDestroy(gitHub);
}

function addBuild(gitHub: github.GitHub): void {
  const workflow = gitHub.addWorkflow('build');
  workflow.on({ pullRequest: {}, workflowDispatch: {} });
  workflow.addJob('build', {
    name: 'Compile, lint, test, synthesize',
    runsOn: ['ubuntu-24.04'],
    timeoutMinutes: 40,
    permissions: { contents: github.workflows.JobPermission.READ },
    env: { CI: 'true' },
    steps: [
      ...prepare(),
      {
        name: 'Check that projen changes nothing',
        run: 'npx projen && git diff --exit-code --stat',
      },
      { name: 'Build with every gate', run: 'npm run build' },
      { name: 'Install cfn-lint', run: `pip install --quiet cfn-lint==${CFN_LINT_VERSION}` },
      {
        name: 'Lint the template',
        env: { REGION: output('region') },
        run: 'cfn-lint -r "$REGION" --non-zero-exit-code error -t cdk.out/*.template.json',
      },
    ],
  });
}

function addDeploy(gitHub: github.GitHub): void {
  const workflow = new github.GithubWorkflow(gitHub, 'deploy', {
    limitConcurrency: true,
    // A deployment that is stopped half-way is worse than one that comes second.
    concurrencyOptions: { group: 'pipeline', cancelInProgress: false },
  });
  workflow.on({ push: { branches: ['main'] }, workflowDispatch: {} });
  workflow.addJob('deploy', {
    name: 'Deploy and test',
    // The image is for ARM64, and so is this runner: nothing is emulated.
    runsOn: ['ubuntu-24.04-arm'],
    timeoutMinutes: 120,
    permissions: deployPermissions(),
    env: { CI: 'true' },
    steps: [
      ...prepare(),
      signIn('deploy'),
      { name: 'Deploy', run: 'npm run deploy' },
      {
        name: 'Keep the outputs',
        uses: ACTIONS.uploadArtifact,
        with: { name: 'cfn-outputs', path: 'cfn-outputs/flat-outputs.json', 'if-no-files-found': 'error' },
      },
      { name: 'Test what was deployed', run: 'npm run integration' },
    ],
  });
}

function addDestroy(gitHub: github.GitHub): void {
  const workflow = new github.GithubWorkflow(gitHub, 'destroy', {
    limitConcurrency: true,
    concurrencyOptions: { group: 'pipeline', cancelInProgress: false },
  });
  workflow.on({
    workflowDispatch: {
      inputs: {
        [CONFIRMATION]: {
          description:
            'Type the environment suffix (aws.environmentSuffix of tenant.json) to destroy it with all its data',
          required: true,
          type: 'string',
        },
      },
    },
  });
  workflow.addJob('destroy', {
    name: 'Destroy the environment',
    runsOn: ['ubuntu-24.04-arm'],
    timeoutMinutes: 120,
    permissions: deployPermissions(),
    env: { CI: 'true' },
    steps: [
      checkout(),
      readSettings(),
      {
        name: 'Check the confirmation',
        // Through the environment: what a person typed must never become part of a script.
        env: { CONFIRMED: `\${{ inputs.${CONFIRMATION} }}`, SUFFIX: output('suffix') },
        run: [
          'if [ "$CONFIRMED" != "$SUFFIX" ]; then',
          '  echo "::error::The suffix you typed is not the one in tenant.json. Nothing was destroyed."',
          '  exit 1',
          'fi',
        ].join('\n'),
      },
      ...install(),
      signIn('destroy'),
      { name: 'Destroy', run: 'npm run destroy' },
    ],
  });
}

function deployPermissions(): github.workflows.JobPermissions {
  return {
    contents: github.workflows.JobPermission.READ,
    // For the OpenID Connect token that AWS exchanges for the tenant's role; there is no stored key.
    idToken: github.workflows.JobPermission.WRITE,
  };
}

function prepare(): Step[] {
  return [checkout(), readSettings(), ...install()];
}

function checkout(): Step {
  return { name: 'Check out', uses: ACTIONS.checkout, with: { 'persist-credentials': false } };
}

function readSettings(): Step {
  return {
    name: 'Read the tenant settings',
    id: 'settings',
    run: Object.entries(SETTINGS)
      // In two lines: the failure of a command within `echo` would go unseen.
      .flatMap(([name, path]) => [
        `${name}=$(jq --exit-status --raw-output '${path}' tenant.json)`,
        `echo "${name}=$${name}" >> "$GITHUB_OUTPUT"`,
      ])
      .join('\n'),
  };
}

function install(): Step[] {
  return [
    { name: 'Set up Node', uses: ACTIONS.setupNode, with: { 'node-version': NODE_VERSION, cache: 'npm' } },
    { name: 'Install', run: 'npm ci' },
  ];
}

function signIn(purpose: string): Step {
  return {
    name: 'Sign in to AWS',
    uses: ACTIONS.awsCredentials,
    with: {
      'role-to-assume': output('role'),
      'aws-region': output('region'),
      'role-session-name': `pipeline-${purpose}`,
      'mask-aws-account-id': true,
    },
  };
}

function output(name: keyof typeof SETTINGS): string {
  return `\${{ steps.settings.outputs.${name} }}`;
}
