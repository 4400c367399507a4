const setup = new URL('../../scripts/setup.mjs', import.meta.url)

/**
 * Builds a package of this workspace where it is older than its sources: clients that have it in themselves run what others install.
 *
 * @returns why it could not be built
 */
export async function build(name: string): Promise<string | undefined> {
  const { buildForRunning } = (await import(setup.href)) as { buildForRunning(name: string): Promise<void> }
  try {
    await buildForRunning(name)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
