/**
 * Headers of every answer: bodies and URLs name patients, so nobody on the way may keep, embed or pass on either.
 * (OWASP, "REST Security Cheat Sheet", security headers.)
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
};
