/** Headers of every answer beside the policy. */
export const securityHeaders = ({ secure }: { secure: boolean }): Readonly<Record<string, string>> => ({
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  ...(secure && { 'Strict-Transport-Security': 'max-age=31536000' }),
})

/**
 * Scripts of our own and those with this answer's nonce; no foreign host anywhere. Styles may be inline: the editor and the
 * dialogs set them. Development needs eval for hot reload.
 */
export const contentSecurityPolicy = ({ nonce, development }: { nonce: string; development: boolean }): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
