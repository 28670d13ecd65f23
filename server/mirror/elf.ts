/** Bytes that `readElf` needs. */
export const elfHeaderBytes = 20

/** System and architecture of an ELF program from the first bytes of its header; null: not a 64-bit Linux program of a known machine. */
export const readElf = (head: Buffer): { os: 'linux'; arch: 'amd64' | 'arm64' } | null => {
  if (head.length < elfHeaderBytes || head.toString('latin1', 0, 4) !== '\x7fELF') return null
  const [is64Bit, isLittleEndian] = [head[4] === 2, head[5] === 1]
  // OS ABI: System V (what Go writes) or GNU/Linux. Type: executable or position-independent.
  const isLinux = head[7] === 0 || head[7] === 3
  const isProgram = [2, 3].includes(head.readUInt16LE(16))
  if (!is64Bit || !isLittleEndian || !isLinux || !isProgram) return null
  const machine = head.readUInt16LE(18)
  return machine === 0x3e ? { os: 'linux', arch: 'amd64' } : machine === 0xb7 ? { os: 'linux', arch: 'arm64' } : null
}
