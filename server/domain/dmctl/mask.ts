/** A key that sounds like a secret's, in YAML, TOML, JSON, or in any of them inside a JSON string. */
const secretValue =
  /((?:password|passwd|passphrase|secret[\w-]*|ssl-[\w-]*bytes)\\?["']?\s*[:=]\s*)(\\"(?:[^"\\]|\\[^"])*\\"|"(?:[^"\\]|\\.)*"|'[^'\n]*'|[^\s,}\]"'\\][^\n,}\\]*)/gi

/** What dmctl printed, with `******` where a password stands: DM masks some of its answers itself, not all. */
export const maskAnswer = (text: string): string => text.replace(secretValue, '$1******')
