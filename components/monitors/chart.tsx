'use client'

import { clsx } from 'clsx'
import { useState } from 'react'
import { useWords } from '@/components/data/words'
import type { JobRow } from '@/server/domain/api'
import { type ChartView, chartStepS, charts } from '@/server/domain/monitors'
import { marksIn, plotHeight, plotOf, plotWidth, valueText } from './plot'

const shown = 4

/** One measure over the last hour: a line for each task or host, the highest by name; dashed lines where jobs began. */
export function Chart({ chart, jobs }: { chart: ChartView; jobs: readonly JobRow[] }) {
  const { say, sayMaybe } = useWords()
  const [named, setNamed] = useState('')
  const unit = charts.find(({ id }) => id === chart.id)?.unit ?? ''
  const { lines, top, fromS, toS } = plotOf(chart, { unit, stepS: chartStepS })
  const marks = marksIn({ fromS, toS }, jobs)
  const title = say(`chart.${chart.id}`)
  const head = lines.slice(0, shown)
  const rest = lines.length - head.length + chart.more
  const values = head.map(({ name, last }) => `${name} ${valueText(last, unit)}`).join(', ')
  return (
    <figure className="chart">
      <figcaption className="row">
        <span className="m">{title}</span>
        <span className="grow" />
        <span className="t3 sm n">{lines.length === 0 ? '' : valueText(top, unit)}</span>
      </figcaption>
      {lines.length === 0 ? (
        <p className="t3 sm chart-none">{say('monitors.no-data')}</p>
      ) : (
        <>
          <svg
            viewBox={`0 -2 ${plotWidth} ${plotHeight + 4}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={say('monitors.chart-says', { title, values })}
          >
            <path className="chart-edge" d={`M0 0H${plotWidth}M0 ${plotHeight}H${plotWidth}`} />
            {lines.toReversed().map(({ name, path }) => (
              <path key={name} className={clsx('chart-line', name === (named || head[0]?.name) && 'on')} d={path} />
            ))}
            {marks.map(({ job, x }) => (
              <path key={job.id} className="chart-mark" d={`M${x.toFixed(1)} 0V${plotHeight}`}>
                <title>
                  {say('monitors.job-mark', { job: job.number, operation: sayMaybe(`op.${job.operation}`, job.operation), state: '' })}
                </title>
              </path>
            ))}
          </svg>
          <ul>
            {head.map(({ name, last }) => (
              <li key={name} onMouseEnter={() => setNamed(name)} onMouseLeave={() => setNamed('')}>
                <span className="mono tr" title={name}>
                  {name}
                </span>
                <span className="n">{valueText(last, unit)}</span>
              </li>
            ))}
            {rest > 0 ? <li className="t3">{say('monitors.more', { count: rest })}</li> : null}
          </ul>
        </>
      )}
    </figure>
  )
}
