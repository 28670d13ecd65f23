'use client'

import { useState } from 'react'
import {
  addHosts,
  type FormEntry,
  type FormRole,
  formRoles,
  readAddresses,
  readForm,
  setEntryKey,
  setExporters,
  setGlobalKey,
  setRole,
} from './topology-edit'

type Say = (word: string, params?: Record<string, string | number>) => string
type Props = { yaml: string; onChange: (yaml: string) => void; say: Say; onGoTo: (line: number) => void; badLines: ReadonlySet<number> }

const globalKeys = [
  { key: 'user', fallback: 'tidb' },
  { key: 'ssh_port', fallback: '22' },
  { key: 'deploy_dir', fallback: 'deploy' },
  { key: 'data_dir', fallback: 'data' },
] as const

/** The topology as a form: the same document as the text beside it, so each follows the other and comments stay. */
export function HostsForm({ yaml, onChange, say, onGoTo, badLines }: Props) {
  const form = readForm(yaml)
  if (!form.readable) return <p className="note warn m-3">{say('deploy.unreadable')}</p>
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <AddHosts say={say} onAdd={(hosts, role) => onChange(addHosts(yaml, hosts, role))} />
      {form.hosts.length === 0 ? (
        <p className="p-3 text-(--text-3)">{say('deploy.no-hosts')}</p>
      ) : (
        <table className="tb roles">
          <thead>
            <tr>
              <th scope="col" style={{ width: Math.min(260, 28 + 7.4 * Math.max(13, ...form.hosts.map(({ host }) => host.length))) }}>
                {say('deploy.host')}
              </th>
              {formRoles.map(({ role }) => (
                <th key={role} scope="col" title={role}>
                  {say(`deploy.short.${role}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {form.hosts.map(({ host, entries }) => (
              <tr key={host}>
                <th scope="row" className="truncate" title={host}>
                  {host}
                </th>
                {formRoles.map(({ role, portKey }) => (
                  <td key={role}>
                    <RoleCell
                      say={say}
                      host={host}
                      role={role}
                      entry={entries[role]?.[0]}
                      bad={entries[role]?.some((entry) => badLines.has(entry.line)) ?? false}
                      onSet={(on) => onChange(setRole(yaml, host, role, on))}
                      onPort={(index, port) => onChange(setEntryKey(yaml, role, index, portKey, port))}
                      onGoTo={onGoTo}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <fieldset className="m-3 max-w-lg">
        <legend className="mb-2 font-semibold">{say('deploy.globals')}</legend>
        <div className="fg">
          {globalKeys.map(({ key, fallback }) => (
            <GlobalField
              key={key}
              label={say(`deploy.global.${key}`)}
              value={form.global[key] ?? ''}
              fallback={fallback}
              onSet={(value) => onChange(setGlobalKey(yaml, key, value))}
            />
          ))}
        </div>
        <label className="mt-2 flex items-center gap-2">
          <input
            type="checkbox"
            className="box"
            checked={form.exporters}
            onChange={(event) => onChange(setExporters(yaml, event.target.checked))}
          />
          {say('deploy.exporters')}
        </label>
        <p className="mt-2 text-(--text-3)">{say('deploy.grey-default')}</p>
      </fieldset>
    </div>
  )
}

type CellProps = {
  say: Say
  host: string
  role: FormRole
  entry: FormEntry | undefined
  bad: boolean
  onSet: (on: boolean) => void
  onPort: (index: number, port: string) => void
  onGoTo: (line: number) => void
}

function RoleCell({ say, host, role, entry, bad, onSet, onPort, onGoTo }: CellProps) {
  return (
    <span className="flex items-center gap-1">
      <input
        type="checkbox"
        className="box"
        aria-label={say('deploy.role-on', { role, host })}
        checked={entry !== undefined}
        onChange={(event) => onSet(event.target.checked)}
      />
      {entry && (
        <input
          key={entry.port}
          defaultValue={entry.port}
          inputMode="numeric"
          aria-label={say('deploy.port-of', { role, host })}
          aria-invalid={bad}
          onFocus={() => onGoTo(entry.line)}
          onBlur={(event) => {
            if (event.target.value !== String(entry.port)) onPort(entry.index, event.target.value.trim())
          }}
          className={`w-11 rounded-[3px] border border-transparent bg-transparent px-1 font-mono hover:border-(--line-control) focus:border-(--line-control) ${bad ? 'text-(--bad)' : ''}`}
        />
      )}
    </span>
  )
}

function GlobalField({
  label,
  value,
  fallback,
  onSet,
}: {
  label: string
  value: string
  fallback: string
  onSet: (value: string) => void
}) {
  return (
    <label className="contents">
      <span className="text-(--text-2)">{label}</span>
      <input
        key={value}
        defaultValue={value}
        placeholder={fallback}
        onBlur={(event) => {
          if (event.target.value.trim() !== value) onSet(event.target.value.trim())
        }}
        className="in"
      />
    </label>
  )
}

function AddHosts({ say, onAdd }: { say: Say; onAdd: (hosts: string[], role: FormRole) => void }) {
  const [text, setText] = useState('')
  const [role, setRole] = useState<FormRole>('dm-master')
  return (
    <form
      className="border-(--line) border-b p-3"
      onSubmit={(event) => {
        event.preventDefault()
        const hosts = readAddresses(text)
        if (hosts.length === 0) return
        onAdd(hosts, role)
        setText('')
      }}
    >
      <div className="flex items-center gap-2">
        <input
          aria-label={say('deploy.add-hosts')}
          aria-describedby="add-hosts-help"
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="in min-w-0 flex-1 font-mono"
          placeholder="10.0.0.11-13"
        />
        <label className="flex shrink-0 items-center gap-2 text-(--text-2) text-[12px]">
          {say('deploy.add-as')}
          <select
            value={role}
            onChange={(event) => setRole(formRoles.find((one) => one.role === event.target.value)?.role ?? 'dm-master')}
            className="in"
          >
            {formRoles.map((one) => (
              <option key={one.role}>{one.role}</option>
            ))}
          </select>
        </label>
        <button type="submit" className="btn shrink-0">
          {say('deploy.add')}
        </button>
      </div>
      <p id="add-hosts-help" className="mt-1 text-(--text-3) text-[11px]">
        {say('deploy.add-hosts-help')}
      </p>
    </form>
  )
}
