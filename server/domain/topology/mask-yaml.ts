/** Keys of a topology whose values are secrets: Grafana's password, and what `remote_config` logs in with. */
const secretKeys = ['password', 'bearer_token', 'credentials', 'secret_key', 'client_secret']

const secretValue = new RegExp(
  `((?:^|[\\s{,"'])(?:${secretKeys.join('|')})["']?\\s*:[ \\t]*)("(?:[^"\\\\]|\\\\.)*"|'(?:[^']|'')*'|[^\\s,}#][^\\n,}]*)`,
  'gm',
)

/** A topology's text as it may be shown to every viewer: values of secret keys are replaced, all else stays letter for letter. */
export const maskYaml = (yaml: string): string => yaml.replace(secretValue, '$1"******"')
