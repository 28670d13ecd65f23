import type { HostFacts } from '@/server/domain/facts'
import type { HostProbe } from '@/server/domain/probe'
import { askHost, parseHost } from '@/server/probes/batch'
import { bash } from './script'

const mark = '::then-probe'

export const withProbeScript = {
  name: 'with-probe',
  text: `n=$1
shift
code=0
"\${@:1:$n}" || code=$?
shift "$n"
printf '\\n${mark} %s\\n' "$code"
"$@"
exit "$code"
`,
}

/** argv, as root: runs a command, then asks the host, in one exec; the status is the command's own. */
export const withProbe = (argv: readonly string[], probes: readonly HostProbe[]): string[] =>
  bash(withProbeScript, String(argv.length), ...argv, ...askHost(probes))

/** Takes the two apart. `facts` is undefined when the exec ended before it could ask. */
export const splitProbed = (
  stdout: string,
  probes: readonly HostProbe[],
  observedAt: string,
): { stdout: string; facts: HostFacts | undefined } => {
  const at = stdout.lastIndexOf(`\n${mark} `)
  if (at < 0) return { stdout, facts: undefined }
  return { stdout: stdout.slice(0, at), facts: parseHost(probes, stdout.slice(at), observedAt) }
}
