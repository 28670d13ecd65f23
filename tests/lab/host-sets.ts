/** Settings of `tests/lab/hosts`: the set of one of the workers that run files side by side. The first has the usual one. */
export const hostSet = (worker: number): Record<string, string> => {
  const { TESTBED_NAME: name = 'tb', TESTBED_SUBNET: subnet = '10.77.0', TESTBED_STATE: state } = process.env
  if (worker <= 1) return {}
  const [a, b, c] = subnet.split('.').map(Number)
  return {
    TESTBED_NAME: `${name}${worker}`,
    TESTBED_SUBNET: `${a}.${b}.${((c ?? 0) + 100 * (worker - 1)) % 256}`,
    ...(state && { TESTBED_STATE: `${state}${worker}` }),
  }
}
