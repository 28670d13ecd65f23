import type { HostQuestion, ProbeOf } from './host-question'

/**
 * Bash function: prints the authorized_keys file of a user as sshd_config names it (first word, `%h`, `%u`, `%%`;
 * a relative name lies below the home). `Match` blocks are not followed. Shared with the step that writes the file.
 */
export const keysFileFunction = `dm_keys_file() {
  local home name
  home=$(getent passwd "$1" | cut -d : -f 6)
  [ -n "$home" ] || return 1
  name=$(sed -n '/^[[:space:]]*[Mm]atch[[:space:]]/q; s/^[[:space:]]*[Aa]uthorized[Kk]eys[Ff]ile[[:space:]=]*//p' /etc/ssh/sshd_config 2>/dev/null | head -n 1 | awk '{print $1}' | tr -d '"')
  if [ -z "$name" ] || [ "$name" = none ]; then name=.ssh/authorized_keys; fi
  name=\${name//'%h'/"$home"}
  name=\${name//'%u'/"$1"}
  name=\${name//'%%'/%}
  case "$name" in
    /*) printf '%s\\n' "$name" ;;
    *) printf '%s\\n' "$home/$name" ;;
  esac
}`

/** The base64 part of a public key line, by which it is recognised whatever its options and comment are. */
export const keyBody = (line: string): string => line.split(/\s+/).find((word) => word.startsWith('AAAA')) ?? line.trim()

/** The key of `HostFacts.authorizedKeys`. */
export const authorizedKeyName = (user: string, key: string): string => `${user} ${keyBody(key)}`

/** How many lines of a user's authorized_keys hold a key. */
export const authorizedKey: HostQuestion<ProbeOf<'authorized-key'>> = {
  body: `
  local file
  if ! getent passwd "$1" >/dev/null; then echo 0; return; fi
  file=$(dm_keys_file "$1") || return
  if [ ! -f "$file" ]; then echo 0; return; fi
  awk -v body="$2" '!/^[[:space:]]*#/ {for (i = 1; i <= NF; i++) if ($i == body) {n++; break}} END {print n + 0}' "$file"`,
  args: (probe) => [probe.user, keyBody(probe.key)],
  note(probe, lines, facts) {
    const count = lines[0] ?? ''
    if (!/^\d+$/.test(count)) return facts
    const name = authorizedKeyName(probe.user, probe.key)
    return { ...facts, authorizedKeys: { ...facts.authorizedKeys, [name]: Number(count) } }
  },
}
