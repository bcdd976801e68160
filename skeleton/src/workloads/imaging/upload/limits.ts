const MEBIBYTE = 1024 * 1024;

/** Largest file: 2 GiB. */
export const UPLOAD_BYTES_MAX = 2_147_483_648;

/** Largest part of an upload: API Gateway takes requests of up to 10 MB ("Amazon API Gateway quotas", payload size). */
export const PART_BYTES_MAX = 8 * MEBIBYTE;

/** Largest STOW-RS request, for the same reason. What is larger is uploaded in parts. */
export const STOW_BYTES_MAX = 8 * MEBIBYTE;

/** How long an upload may take from its creation; then it is abandoned. */
export const UPLOAD_HOURS = 24;
