/** A download that is made while it is sent: nothing large is held in memory. */
export const textStream = (lines: AsyncGenerator<string>, fileName: string, type = 'text/plain; charset=utf-8'): Response => {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await lines.next()
      if (next.done) controller.close()
      else controller.enqueue(encoder.encode(next.value))
    },
    cancel: async () => {
      await lines.return(undefined)
    },
  })
  return new Response(body, {
    headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${fileName}"`, 'Cache-Control': 'no-store' },
  })
}

/** The same of bytes. */
export const byteStream = (chunks: AsyncIterator<unknown>, fileName: string, type: string): Response => {
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await chunks.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value instanceof Uint8Array ? new Uint8Array(next.value) : new TextEncoder().encode(String(next.value)))
    },
    cancel: async () => {
      await chunks.return?.()
    },
  })
  return new Response(body, {
    headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${fileName}"`, 'Cache-Control': 'no-store' },
  })
}
