/** What a running instance says about itself. */
export interface Health {
  /** `no answer` when nothing answers at its address. */
  status: string
  inFlight: number | undefined
}

/** The proxy asks its upstreams first, which may take as long as a connection may. */
const timeoutMs = 8000

/** Asks a running instance whether requests may be sent to it. */
export async function readHealth(url: string | undefined): Promise<Health> {
  if (url === undefined) return { status: 'starting', inFlight: undefined }
  try {
    const response = await fetch(`${toLocal(url)}/health/ready`, { signal: AbortSignal.timeout(timeoutMs) })
    const body = (await response.json().catch(() => ({}))) as { status?: unknown; in_flight?: unknown }
    return {
      status: typeof body.status === 'string' ? body.status : response.ok ? 'ready' : 'not ready',
      inFlight: typeof body.in_flight === 'number' ? body.in_flight : undefined,
    }
  } catch {
    return { status: 'no answer', inFlight: undefined }
  }
}

/** An address to listen on that stands for all of the machine's cannot be called everywhere. */
function toLocal(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}
