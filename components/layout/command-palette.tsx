'use client'

import { CirclePlay, Layers, ListChecks, MapPin, Search } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { Dialog as D } from 'radix-ui'
import { useEffect, useMemo, useState } from 'react'
import { useClusters, useJobs } from '@/components/data/queries'
import { useWords } from '@/components/data/words'

type Command = { key: string; group: 'start' | 'go'; text: string; end: string; href: string; reason?: string; icon: typeof Layers }

/** Verbs first, then places. What can't be done now is listed with its reason. */
export function CommandPalette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { say } = useWords()
  const router = useRouter()
  const commands = useCommands()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const shown = useMemo(() => match(commands, query), [commands, query])
  useEffect(() => {
    if (open) {
      setQuery('')
      setAt(0)
    }
  }, [open])
  const run = (command: Command | undefined): void => {
    if (!command || command.reason) return
    onClose()
    router.push(command.href)
  }
  const onKey = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setAt((at + step + shown.length) % Math.max(1, shown.length))
    else if (event.key === 'Enter') run(shown[at])
    else return
    event.preventDefault()
  }
  return (
    <D.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <D.Portal>
        <D.Overlay className="scrim" />
        <D.Content className="palette" aria-describedby={undefined}>
          <D.Title className="sr-only">{say('palette.title')}</D.Title>
          <div className="q">
            <Search className="i t3" aria-hidden="true" />
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={shown[at] ? `palette-${at}` : undefined}
              aria-label={say('palette.title')}
              value={query}
              onChange={(event) => {
                setQuery(event.target.value)
                setAt(0)
              }}
              onKeyDown={onKey}
            />
            <kbd>Esc</kbd>
          </div>
          <div className="list" id="palette-list" role="listbox" aria-label={say('palette.title')}>
            {shown.length === 0 ? <p className="t3 px-4 py-3">{say('palette.nothing')}</p> : null}
            {shown.map((command, index) => (
              <Row
                key={command.key}
                command={command}
                index={index}
                on={index === at}
                first={shown[index - 1]?.group !== command.group}
                onRun={run}
              />
            ))}
          </div>
        </D.Content>
      </D.Portal>
    </D.Root>
  )
}

function Row(props: { command: Command; index: number; on: boolean; first: boolean; onRun: (command: Command) => void }) {
  const { say } = useWords()
  const { command, on } = props
  const Icon = command.icon
  return (
    <>
      {props.first ? <div className="lab">{say(`palette.${command.group}`)}</div> : null}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the combobox that owns the list */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus and names the active option */}
      <div
        id={`palette-${props.index}`}
        role="option"
        aria-selected={on}
        aria-disabled={command.reason ? true : undefined}
        className={`flex h-8 cursor-pointer items-center gap-2 px-4 ${command.reason ? 't3' : ''} ${on ? 'bg-(--bg-selected)' : ''}`}
        ref={(element) => (on ? element?.scrollIntoView({ block: 'nearest' }) : undefined)}
        onClick={() => props.onRun(command)}
      >
        <Icon className="i t3" aria-hidden="true" />
        <span className="tr">{command.text}</span>
        <span className="sm t3 ml-auto shrink-0">{command.reason ?? command.end}</span>
      </div>
    </>
  )
}

const match = (commands: readonly Command[], query: string): readonly Command[] => {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = commands.filter(({ text }) => words.every((word) => text.toLowerCase().includes(word)))
  return [...fits.filter(({ group }) => group === 'start'), ...fits.filter(({ group }) => group === 'go')].slice(0, 50)
}

/** Operations on a cluster that can be begun from here. */
const operations = ['start', 'stop', 'restart', 'edit-config', 'reload', 'scale-out', 'scale-in', 'upgrade', 'patch', 'rollback'] as const

const useCommands = (): readonly Command[] => {
  const { say, sayMaybe } = useWords()
  const clusters = useClusters().data
  const jobs = useJobs().data
  return useMemo(() => {
    const verbs = (clusters ?? []).flatMap((cluster) =>
      operations.map((verb) => ({
        key: `${verb} ${cluster.name}`,
        group: 'start' as const,
        text: `${say(`op.${verb}`)} ${cluster.name}…`,
        end: `${cluster.version} · ${say(`worst.${cluster.worst}`)}`,
        href: `/clusters/${encodeURIComponent(cluster.name)}${verb === 'start' || verb === 'stop' ? `?do=${verb}` : `/${verb}`}`,
        icon: CirclePlay,
        ...(cluster.runningJob && { reason: say('palette.held', { job: cluster.runningJob.number }) }),
        ...(cluster.lifecycle === 'adopted' && { reason: say('cluster.adopted') }),
      })),
    )
    const go = (key: string, text: string, end: string, href: string, icon: typeof Layers): Command => ({
      key,
      group: 'go',
      text,
      end,
      href,
      icon,
    })
    return [
      { key: 'deploy', group: 'start', text: say('palette.deploy'), end: '', href: '/clusters/new', icon: CirclePlay },
      ...verbs,
      ...(clusters ?? []).map(({ name, version }) => go(`c ${name}`, name, version, `/clusters/${encodeURIComponent(name)}`, Layers)),
      ...(['clusters', 'jobs', 'packages', 'hosts', 'templates', 'audit', 'settings'] as const).map((place) =>
        go(place, say(`nav.${place}`), '', `/${place}`, MapPin),
      ),
      ...(jobs ?? [])
        .slice(0, 30)
        .map((job) =>
          go(
            job.id,
            `#${job.number} ${sayMaybe(`op.${job.operation}`, job.operation)} ${job.cluster}`,
            sayMaybe(`job-state.${job.state}`, job.state),
            `/jobs/${job.id}`,
            ListChecks,
          ),
        ),
    ]
  }, [clusters, jobs, say, sayMaybe])
}
