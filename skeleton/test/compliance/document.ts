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
`;

/** The text of COMPLIANCE.md: a section a framework, a row a duty. */
export function complianceDocument(safeguards: readonly Safeguard[]): string {
  const frameworks = [...new Set(safeguards.map(({ framework }) => framework))];
  return [INTRODUCTION, ...frameworks.map((framework) => section(framework, safeguards))].join('\n');
}

function section(framework: Framework, safeguards: readonly Safeguard[]): string {
  const rows = safeguards.filter((safeguard) => safeguard.framework === framework).map(row);
  return [
    `## ${TITLES[framework]}\n`,
    '| duty | what answers it | built in | shown by | left to you |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function row({ citation, duty, answer, builtIn, provedBy, leftToYou }: Safeguard): string {
  const cells = [
    `**${citation}** ${duty}`,
    answer,
    builtIn.map((path) => `[${path}](${path})`).join('<br>'),
    provedBy.map(({ file, test }) => `[${file}](${file}): ${test}`).join('<br>'),
    leftToYou ?? '–',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
