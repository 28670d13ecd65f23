import { fieldsOf, type HostQuestion, type ProbeOf, wholeNumber } from './host-question'

/** A systemd unit in systemd's own words. NRestarts is unknown to systemd < 235 (RHEL 7) and read as 0 there. */
export const unit: HostQuestion<ProbeOf<'unit'>> = {
  body: `
  local shown pid
  shown=$(TZ=UTC systemctl show -p LoadState,ActiveState,SubState,Result,UnitFileState,ExecMainStatus,MainPID,NRestarts,ActiveEnterTimestamp,ActiveEnterTimestampMonotonic,NeedDaemonReload -- "$1" 2>/dev/null) || return
  printf '%s\\n' "$shown"
  pid=$(printf '%s\\n' "$shown" | sed -n 's/^MainPID=//p')
  if [ "$2" = 1 ] && [ "\${pid:-0}" != 0 ] && [ -e "/proc/$pid/exe" ]; then
    echo "exeSha256=$(sha256sum < "/proc/$pid/exe" 2>/dev/null | cut -d ' ' -f 1)"
  fi`,
  args: (probe) => [probe.unit, probe.hashExe ? '1' : '0'],
  note(probe, lines, facts) {
    const fields = fieldsOf(lines)
    const loadState = fields.get('LoadState')
    if (loadState === undefined) return facts
    const exeSha256 = fields.get('exeSha256')
    const fact = {
      loadState,
      activeState: fields.get('ActiveState') ?? '',
      subState: fields.get('SubState') ?? '',
      result: fields.get('Result') ?? '',
      unitFileState: fields.get('UnitFileState') ?? '',
      execMainStatus: wholeNumber(fields.get('ExecMainStatus')),
      mainPid: wholeNumber(fields.get('MainPID')),
      nRestarts: wholeNumber(fields.get('NRestarts')),
      activeEnterMonotonicUs: wholeNumber(fields.get('ActiveEnterTimestampMonotonic')),
      activeEnterTimestamp: fields.get('ActiveEnterTimestamp') ?? '',
      needDaemonReload: fields.get('NeedDaemonReload') === 'yes',
      ...(exeSha256 ? { exeSha256 } : {}),
    }
    return { ...facts, units: { ...facts.units, [probe.unit]: fact } }
  },
}
