import { crossFieldFaults } from 'hipaa-pipeline-node/settings';

/** Where the form collects what is wrong with one field. */
interface Judgement {
  addError(message: string): void;
}

/**
 * Judges an ARN by the answers of all pages, in the words of the action and of synth.
 *
 * The form calls it when a page's button is pressed, after the page's own schema has passed, and tells it the value but
 * not the field's name; no two of the ARNs have the same shape, so the value is enough to find its faults. An answer that
 * is missing or whose shape is wrong has none here.
 *
 * @param arn the field's answer; `undefined` where an optional one is left empty.
 * @param context `formData`: the answers so far, by page, in the settings' names.
 */
export function judgeTenantArn(arn: string | undefined, judgement: Judgement, context: { readonly formData: unknown }): void {
  if (arn === undefined) return;
  for (const { value, legal } of crossFieldFaults(context.formData)) {
    if (value === arn) judgement.addError(`expected ${legal}`);
  }
}
