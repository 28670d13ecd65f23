import { Supervisor } from '@/server/supervisor'

/** `node --import tsx tests/support/supervised.ts name=file …`: the supervisor over any files, in a process of its own. */
const halves = process.argv.slice(2).map((argument) => {
  const [name = '', file = ''] = argument.split('=')
  return { name, file }
})
process.exit(await new Supervisor(halves).run())
