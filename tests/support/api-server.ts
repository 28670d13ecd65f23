/** The API alone on a port, without pages, so that no page build is needed. `node --import tsx tests/support/api-server.ts`. */
import { readEnv } from '@/server/env'
import { answerApi, panelDeps } from '@/server/http/panel-api'
import { attachGateway } from '@/server/live/gateway'
import { newSetupToken } from '@/server/store/settings'
import { serveFetch } from './serve-fetch'

const env = readEnv()
const deps = await panelDeps()

const server = serveFetch(answerApi)
attachGateway(server, deps)
server.listen(env.port, env.host, async () => {
  console.log(`ready /setup?token=${await newSetupToken(deps.db)}`)
})
process.once('SIGTERM', () => process.exit(0))
process.stdin.on('end', () => process.exit(0)).resume()
