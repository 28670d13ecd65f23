/** Exit code of a half that can't work as it is set up: starting it again would not help (EX_CONFIG of sysexits.h). */
export const exitMisconfigured = 78

/** Runs a process's main function: a refusal by name is told in its own words, anything else with its stack. */
export const runMain = (main: () => Promise<void>, refusals: readonly string[]): void => {
  main().catch((error: unknown) => {
    if (error instanceof Error && refusals.includes(error.name)) {
      console.error(error.message)
      process.exit(exitMisconfigured)
    }
    console.error(error)
    process.exit(1)
  })
}

/** Resolves when this process is asked to end: SIGTERM, or the supervisor, whose end of our stdin closes when it dies. */
export const askedToEnd = (): Promise<void> =>
  new Promise((resolve) => {
    process.on('SIGTERM', () => resolve())
    process.on('SIGINT', () => resolve())
    if (process.env.DM_PANEL_SUPERVISED === '1')
      process.stdin
        .on('end', () => resolve())
        .on('error', () => resolve())
        .resume()
  })
