/**
 * Imported first by the commands. The AWS SDK announces on every start, in eight lines, that versions of next year will need
 * another Node; this repository pins its version of the SDK, so that is for whoever raises it.
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
