import ssh2, { type IdentityCallback, type ParsedKey } from 'ssh2'
import { readHostKey, type SeenHostKey } from './host-key'
import { LinkLost } from './transport'

/** A key that the ssh-agent of the panel's machine holds. */
export type AgentKey = SeenHostKey & { comment: string }

/** Which of the agent's keys logs in: `type body`, as in an authorized_keys file; '': whichever a host takes. */
export type AgentChoice = { publicKey: string }

const patienceMs = 5000

/** The agent's keys, in its order. Rejects with an Error when it does not answer within 5 s. */
export const listAgentKeys = (socketPath: string): Promise<AgentKey[]> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs)
    new ssh2.OpenSSHAgent(socketPath).getIdentities((error, keys = []) => {
      clearTimeout(timer)
      if (error) return reject(error)
      const parsed = keys.filter((key): key is ParsedKey => typeof key === 'object' && 'getPublicSSH' in key)
      resolve(parsed.map((key) => ({ ...readHostKey(key.getPublicSSH()), comment: key.comment })))
    })
  })

/** The agent's socket, once it is known to hold the chosen key. Rejects with `LinkLost` no-agent. */
export const demandAgent = async (host: string, { publicKey }: AgentChoice, socketPath: string | undefined): Promise<string> => {
  if (socketPath === undefined) throw new LinkLost('no-agent', host, 'neither DM_PANEL_SSH_AGENT nor SSH_AUTH_SOCK is set')
  const keys = await listAgentKeys(socketPath).catch((error: Error) => {
    throw new LinkLost('no-agent', host, `${socketPath}: ${error.message}`)
  })
  if (keys.length === 0) throw new LinkLost('no-agent', host, `${socketPath} holds no key`)
  if (publicKey !== '' && !keys.some(({ key }) => key === bodyOf(publicKey)))
    throw new LinkLost('no-agent', host, `${socketPath} does not hold the key ${publicKey}`)
  return socketPath
}

/** The agent as ssh2 asks it, with no other key than the chosen one. */
export const chosenAgent = (socketPath: string, { publicKey }: AgentChoice): ssh2.OpenSSHAgent =>
  publicKey === '' ? new ssh2.OpenSSHAgent(socketPath) : new OneKeyAgent(socketPath, bodyOf(publicKey))

class OneKeyAgent extends ssh2.OpenSSHAgent {
  constructor(
    socketPath: string,
    private readonly body: string,
  ) {
    super(socketPath)
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    super.getIdentities((error, keys = []) => {
      const isChosen = (key: (typeof keys)[number]): boolean =>
        typeof key === 'object' && 'getPublicSSH' in key && key.getPublicSSH().toString('base64') === this.body
      done(error, keys.filter(isChosen))
    })
  }
}

const bodyOf = (publicKey: string): string => publicKey.split(' ')[1] ?? ''
