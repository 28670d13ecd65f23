/** What an archive may hold at most. */
export type ArchiveLimits = {
  archiveBytes: number
  unpackedBytes: number
  entries: number
  pathCharacters: number
  /** Of one rules file or dashboard, and of all. */
  textBytes: number
  allTextBytes: number
}

export const packageLimits: ArchiveLimits = {
  archiveBytes: 2 * 1024 ** 3,
  unpackedBytes: 8 * 1024 ** 3,
  entries: 50_000,
  pathCharacters: 1024,
  textBytes: 4 * 1024 ** 2,
  allTextBytes: 32 * 1024 ** 2,
}
