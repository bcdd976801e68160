import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { cdkContext } from './cdk-context';
import { settings } from './settings';
import type { AnswersChange } from './settings';
import { createApp } from '../../../src/app';
import type { PipelineStack } from '../../../src/pipeline-stack';

// The bundles' content is not in the template; making them takes seconds. `test/gates.test.ts` synthesizes with the real ones.
jest.mock('../../../src/foundation/bundle', () => ({ bundle: () => join(__dirname, 'bundle') }));

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.array(z.string()).default([]),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});

/** A resource of a template, with its logical id. */
export type Resource = z.output<typeof resourceSchema> & { readonly id: string };

const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.looseObject({ Description: z.string(), Value: z.unknown() })),
});

export interface Synthesis {
  readonly stack: PipelineStack;
  readonly template: Template;
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, { readonly Description: string; readonly Value?: unknown }>>;
  /** The resources of one type. Throws when there are none, so that no test passes by looking at nothing. */
  ofType(type: string): readonly Resource[];
  /** The only resource of a type. */
  only(type: string): Resource;
}

const made = new Map<string, Synthesis>();

/** Synthesizes a pipeline without the gates, which `test/gates.test.ts` runs. The same change is synthesized once a file. */
export function synthesize(change: AnswersChange = {}): Synthesis {
  const key = JSON.stringify(change);
  const known = made.get(key);
  if (known !== undefined) return known;
  const outdir = mkdtempSync(join(tmpdir(), 'pipeline-synth-'));
  try {
    const synthesis = read(createStack(change, outdir));
    made.set(key, synthesis);
    return synthesis;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

function createStack(change: AnswersChange, outdir: string): PipelineStack {
  return createApp(settings(change), {
    context: cdkContext(),
    outdir,
    builtinCloudFormationValidation: false,
    gates: false,
  }).stack;
}

function read(stack: PipelineStack): Synthesis {
  const template = Template.fromStack(stack);
  const { Resources, Outputs } = templateSchema.parse(template.toJSON());
  const resources = Object.entries(Resources).map(([id, resource]) => ({ ...resource, id }));
  const ofType = (type: string) => {
    const found = resources.filter((resource) => resource.Type === type);
    if (found.length === 0) throw new Error(`The template has no ${type}.`);
    return found;
  };
  return {
    stack,
    template,
    resources,
    outputs: Outputs,
    ofType,
    only: (type) => {
      const [first, ...others] = ofType(type);
      if (first === undefined || others.length > 0) throw new Error(`The template has ${others.length + 1} ${type}.`);
      return first;
    },
  };
}
