import { StringDecoder } from 'node:string_decoder'

/** Stands where text between the kept head and tail was left out. */
export const captureGap = '\n…\n'

export type Capture = { push(bytes: Buffer): void; end(): string }

/** Decodes a stream as UTF-8 across chunk borders, hands all of it on, and keeps its head and tail, `limit` characters in sum. */
export const createCapture = (limit: number, onText: ((text: string) => void) | undefined): Capture => {
  const decoder = new StringDecoder('utf8')
  const half = Math.floor(limit / 2)
  let head = ''
  let tail: string[] = []
  let tailLength = 0
  let cut = false
  const keep = (text: string): void => {
    if (text === '') return
    onText?.(text)
    const toHead = tailLength === 0 && !cut ? text.slice(0, half - head.length) : ''
    head += toHead
    const rest = text.slice(toHead.length)
    if (rest === '') return
    tail.push(rest)
    tailLength += rest.length
    if (tailLength > 2 * half) trim()
  }
  const trim = (): void => {
    const whole = tail.join('')
    cut ||= whole.length > half
    tail = [whole.slice(-half)]
    tailLength = tail[0]?.length ?? 0
  }
  return {
    push: (bytes) => keep(decoder.write(bytes)),
    end() {
      keep(decoder.end())
      trim()
      return head + (cut ? captureGap : '') + tail.join('')
    },
  }
}
