import type { HostFacts } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { authorizedKeyName, keyBody, keysFileFunction } from '@/server/probes/authorized-key'
import { bash, head, shortMs } from './script'
import type { StepKind } from './step-kind'
import { judged } from './verdict'

const holds = `has_key() { awk -v body="$1" '!/^[[:space:]]*#/ {for (i = 1; i <= NF; i++) if ($i == body) {n++; break}} END {exit !n}' "$2"; }
`

export const keyAddScript = {
  name: 'authorized-key',
  text: `${head}${keysFileFunction}
${holds}user=$1 line=$2 body=$3
group=$(id -gn "$user")
file=$(dm_keys_file "$user")
dir=$(dirname -- "$file")
if [ ! -d "$dir" ]; then
  mkdir -p -- "$dir"
  chown "$user:$group" "$dir"
  chmod 0700 "$dir"
fi
if [ ! -e "$file" ]; then
  (umask 077; : > "$file")
  chown "$user:$group" "$file"
  chmod 0600 "$file"
fi
if has_key "$body" "$file"; then exit 0; fi
if [ -s "$file" ] && [ -n "$(tail -c 1 -- "$file")" ]; then printf '\\n' >> "$file"; fi
printf '%s\\n' "$line" >> "$file"
if command -v restorecon >/dev/null 2>&1; then restorecon -R -- "$dir" 2>/dev/null || true; fi
`,
}

export const keyRemoveScript = {
  name: 'authorized-key-absent',
  text: `${head}${keysFileFunction}
${holds}user=$1 body=$2
getent passwd "$user" >/dev/null || exit 0
file=$(dm_keys_file "$user")
[ -f "$file" ] || exit 0
has_key "$body" "$file" || exit 0
fresh=$file.dm-panel
trap 'rm -f -- "$fresh"' EXIT
cp -p -- "$file" "$fresh"
awk -v body="$body" '/^[[:space:]]*#/ {print; next} {for (i = 1; i <= NF; i++) if ($i == body) next; print}' "$file" > "$fresh"
mv -fT -- "$fresh" "$file"
`,
}

const count = (step: StepOf<'authorized-key' | 'authorized-key-absent'>, seen: HostFacts): number | undefined =>
  seen.authorizedKeys[authorizedKeyName(step.user, step.key)]

const withCount = (step: StepOf<'authorized-key' | 'authorized-key-absent'>, seen: HostFacts, lines: number): HostFacts => ({
  ...seen,
  authorizedKeys: { ...seen.authorizedKeys, [authorizedKeyName(step.user, step.key)]: lines },
})

const inWords = (lines: number | undefined): string => (lines === undefined ? 'unknown' : `${lines} lines with this key`)

/** A user's authorized_keys (where sshd_config says) holds the key; a line that holds it already is left as it is. */
export const authorizedKeyPresent: StepKind<StepOf<'authorized-key'>> = {
  needs: (step) => [{ probe: 'authorized-key', user: step.user, key: step.key }],
  satisfied: (step, seen) => judged(count(step, seen), (lines) => lines >= 1),
  acts: (step) => [{ act: 'exec', argv: bash(keyAddScript, step.user, step.key, keyBody(step.key)), as: 'root', deadlineMs: shortMs }],
  predict: (step, seen) => withCount(step, seen, Math.max(1, count(step, seen) ?? 0)),
  explain: (step, seen) => ({ expected: '1 line with this key', seen: inWords(count(step, seen)) }),
  afterCrash: 'probe',
}

/** No line of a user's authorized_keys holds the key; other lines stay byte for byte. */
export const authorizedKeyAbsent: StepKind<StepOf<'authorized-key-absent'>> = {
  needs: (step) => [{ probe: 'authorized-key', user: step.user, key: step.key }],
  satisfied: (step, seen) => judged(count(step, seen), (lines) => lines === 0),
  acts: (step) => [{ act: 'exec', argv: bash(keyRemoveScript, step.user, keyBody(step.key)), as: 'root', deadlineMs: shortMs }],
  predict: (step, seen) => withCount(step, seen, 0),
  explain: (step, seen) => ({ expected: '0 lines with this key', seen: inWords(count(step, seen)) }),
  afterCrash: 'probe',
}
