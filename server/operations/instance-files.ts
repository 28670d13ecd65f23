import type { Instance } from '@/server/domain/instance'
import type { Topology } from '@/server/domain/topology/topology'
import { partsWithSecrets } from '@/server/domain/topology/typed-secrets'
import { type RenderInput, renderInstance } from '@/server/templates/render-instance'
import type { Part } from '@/server/templates/rendered-file'
import { blobOf, type Draft, refOf } from './build'
import { masterTexts } from './deploy-packages'
import type { OperationInput, PlannedBlob } from './input'

type Context = {
  topology: Topology
  input: OperationInput
  /** Keeps a text for the store; answers with the one that is kept. */
  keep: (blob: PlannedBlob) => PlannedBlob
  owner: string
  group: string
}

/**
 * Every file of an instance as the topology says it, as steps; texts of the dm-master package are those of `input.version`. `join`:
 * masters that run already, for the script of one that joins them.
 */
export const instanceFiles = (instance: Instance, context: Context, join?: readonly string[]): Draft[] => {
  const { topology, owner, group, keep, input } = context
  return renderInstance(topology, instance, { ...renderInput(instance, input), ...(join ? { join } : {}) }).map((file): Draft => {
    const asRoot = file.owner === 'root'
    return {
      subject: file.path,
      step: {
        kind: 'file',
        host: instance.hostId,
        path: file.path,
        content: refOf(keep(blobOf(cutSecrets(file.parts, input.secretsOf ?? input.clusterName), { sensitive: file.sensitive ?? false }))),
        mode: file.mode,
        owner: asRoot ? 'root' : owner,
        group: asRoot ? 'root' : group,
        ...(file.check ? { check: file.check } : {}),
      },
    }
  })
}

const cutSecrets = (parts: readonly Part[], cluster: string): Part[] =>
  parts.flatMap((part) => ('text' in part ? partsWithSecrets(part.text, cluster) : [part]))

const renderInput = (instance: Instance, input: OperationInput): RenderInput => {
  const secret = input.grafanaSecrets?.[instance.id]
  return {
    clusterName: input.clusterName,
    texts: masterTexts(input),
    ...(input.localTexts ? { localTexts: input.localTexts } : {}),
    ...(secret ? { grafanaPassword: { secret } } : {}),
  }
}
