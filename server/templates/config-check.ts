/**
 * Checks a staged config with a program of the package, as the deploy user: no uploaded program runs as root. The staged file is
 * readable by root only and lies elsewhere, and rule files are named relative to the config, so a copy beside the live one is checked.
 */
export const configCheck = (user: string, confDir: string, program: readonly string[]): string[] => [
  '/bin/bash',
  '-c',
  `set -e
staged=$1 user=$2 dir=$3
shift 3
copy=$(mktemp "$dir/.dm-panel-check.XXXXXX")
trap 'rm -f -- "$copy"' EXIT
cat -- "$staged" > "$copy"
chown "$user:" "$copy"
runuser -u "$user" -- "$@" "$copy"`,
  'dm-panel:config-check',
  '{staged}',
  user,
  confDir,
  ...program,
]
