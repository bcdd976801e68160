import type { JsonObject } from '@backstage/types';
import type { ActionContext, TemplateAction } from '@backstage/plugin-scaffolder-node';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';
import { validate } from 'jsonschema';

/** Checkpoints of one task as the scaffolder keeps them: what has passed is not run again. */
export class TaskMemory {
  readonly passed = new Map<string, unknown>();

  /** A try of the task: `checkpoint` runs only what no try before has finished. */
  readonly checkpoint = async <T>({ key, fn }: { key: string; fn: () => Promise<T> | T }): Promise<T> => {
    if (this.passed.has(key)) return this.passed.get(key) as T;
    const value = await fn();
    this.passed.set(key, value);
    return value;
  };
}

export interface Try {
  readonly workspacePath: string;
  readonly memory?: TaskMemory;
  readonly isDryRun?: boolean;
  readonly templateUrl?: string;
  readonly taskId?: string;
  readonly temporaryFolder?: () => string;
}

/** Runs an action as the scaffolder does, input and output judged by the action's own schema. Gives its outputs. */
export async function runAction<Input extends JsonObject, Output extends JsonObject>(
  action: TemplateAction<Input, Output>,
  input: NoInfer<Input>,
  { workspacePath, memory = new TaskMemory(), isDryRun, templateUrl, taskId = 'task-1', temporaryFolder }: Try,
): Promise<Record<string, unknown>> {
  expect(validate(input, action.schema?.input ?? {}).errors).toEqual([]);
  const outputs: Record<string, unknown> = {};
  const context: ActionContext<Input, Output> = {
    ...createMockActionContext<Input, Output>({ input, workspacePath, task: { id: taskId } }),
    output: (name, value) => void (outputs[String(name)] = value),
    checkpoint: memory.checkpoint,
    isDryRun,
    ...(templateUrl ? { templateInfo: { entityRef: 'template:default/create', baseUrl: templateUrl } } : {}),
    ...(temporaryFolder ? { createTemporaryDirectory: () => Promise.resolve(temporaryFolder()) } : {}),
  };
  await action.handler(context);
  if (!isDryRun) expect(validate(outputs, action.schema?.output ?? {}).errors).toEqual([]);
  return outputs;
}
