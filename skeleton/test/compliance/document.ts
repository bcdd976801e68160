import type { Safeguard } from './safeguard';
import type { Framework } from '../../src/tenant';

const TITLES: Record<Framework, string> = {
  hipaa: 'HIPAA: 45 CFR Part 164, technical safeguards and what belongs to them',
  gdpr: 'GDPR: Regulation (EU) 2016/679',
  lgpd: 'LGPD: Lei nº 13.709/2018',
};

const INTRODUCTION = `# Compliance

Each duty that this pipeline answers by itself: what answers it, where that is built, and the tests that show it. The page
is written from \`test/compliance/\` by \`npm run compliance\`; a test fails when it is out of date, or when it names a
file or a test that is not there. Beside these, every synth runs the HIPAA and AwsSolutions packs of cdk-nag; what they
found and was accepted stands with its reason on its construct, and in \`cdk.out/validation-report.json\`.

This page is no legal advice, and a pipeline alone makes nobody compliant: contracts, training and procedures are the
hospital's.

What answers a duty in every pipeline stands here; what the pipeline's workload adds, in
[docs/workloads/](docs/workloads/).
`;

/** The text of COMPLIANCE.md: a section a framework, a row a duty. */
export function complianceDocument(safeguards: readonly Safeguard[]): string {
  return documentOf(INTRODUCTION, safeguards, '');
}

/** The text of a workload's page, `docs/workloads/<workload>/compliance.md`. */
export function workloadDocument(workload: string, safeguards: readonly Safeguard[]): string {
  const introduction = `# Compliance: what ${workload} adds

What every pipeline answers stands in [COMPLIANCE.md](../../../COMPLIANCE.md), and so does what this page is. Written from
\`test/compliance/workloads/${workload}/\`, and what that imports, by \`npm run compliance\`.
`;
  return documentOf(introduction, safeguards, '../../../');
}

/** @param root the repository's root, as links from the page name it. */
function documentOf(introduction: string, safeguards: readonly Safeguard[], root: string): string {
  const frameworks = [...new Set(safeguards.map(({ framework }) => framework))];
  return [introduction, ...frameworks.map((framework) => section(framework, safeguards, root))].join('\n');
}

function section(framework: Framework, safeguards: readonly Safeguard[], root: string): string {
  const rows = safeguards
    .filter((safeguard) => safeguard.framework === framework)
    .map((safeguard) => row(safeguard, root));
  return [
    `## ${TITLES[framework]}\n`,
    '| duty | what answers it | built in | shown by | left to you |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function row({ citation, duty, answer, builtIn, provedBy, leftToYou }: Safeguard, root: string): string {
  const link = (path: string) => `[${path}](${root}${path})`;
  const cells = [
    `**${citation}** ${duty}`,
    answer,
    builtIn.map(link).join('<br>'),
    provedBy.map(({ file, test }) => `${link(file)}: ${test}`).join('<br>'),
    leftToYou ?? '–',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
