import '../../local/quiet-sdk';
import { OutputsError, readOutputs } from './outputs';

/** Runs before the suite: without outputs there is nothing to test, and one message is better than one a test. */
export default function checkOutputs(): void {
  try {
    const outputs = readOutputs();
    process.stdout.write(
      `Testing the pipeline of ${outputs.TenantId} at ${outputs.ApiUrl} (Target ${outputs.Target})\n`,
    );
    if (outputs.Target === 'local') {
      process.stdout.write('Tests of deployed resources are skipped: they need AWS, and this pipeline is local.\n');
    }
  } catch (error) {
    if (!(error instanceof OutputsError)) throw error;
    // jest would wrap the error in its own words and a stack trace.
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
