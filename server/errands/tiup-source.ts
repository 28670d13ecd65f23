import type { NamedPath } from '@/server/domain/topology/own-files'

/** An audit file of TiUP: its name, its beginning and its end. */
export type AuditFile = { id: string; head: string; tail: string }
/** A package of `patch/`; `role`: its link says that later scale-outs of that component get it. */
export type PatchFile = { file: string; sizeBytes: number; role?: string }

/** Where clusters of TiUP are read from: a folder here, an uploaded archive, or a folder on another machine. */
export type TiupSource = {
  names(): Promise<string[]>
  /** Texts of meta.yaml and ssh/id_rsa; undefined when there is no such cluster. */
  read(name: string): Promise<{ meta: string; key: string | undefined } | undefined>
  /** TiUP's audit files that may be about the cluster. */
  history(name: string): Promise<AuditFile[]>
  patches(name: string): Promise<PatchFile[]>
  /** Copies a package of `patch/` to a file here. */
  copyPatch(name: string, file: string, target: string): Promise<void>
  /** The user's own files that a topology names, by their paths; only those that can be read. */
  ownFiles(named: readonly NamedPath[]): Promise<Record<string, string>>
  /** Nothing more will be read. */
  done(): Promise<void>
}

/** Of one text. */
export const maxFileBytes = 4 * 1024 ** 2
/** Of all audit files of a storage. */
export const maxAuditFiles = 20_000
