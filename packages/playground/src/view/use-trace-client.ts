import { useEffect, useMemo, useRef } from 'preact/hooks'
import { TraceClient, type TraceListener } from '../worker/client.ts'

/** One worker as long as the component lives; what it says goes to the newest listener. */
export function useTraceClient(listener: TraceListener): TraceClient {
  const newest = useRef(listener)
  newest.current = listener
  const client = useMemo(() => {
    const worker = new Worker(new URL('../worker/trace-worker.ts', import.meta.url), { type: 'module' })
    return new TraceClient(worker, {
      onProgress: (done, all) => newest.current.onProgress(done, all),
      onGrown: (size) => newest.current.onGrown(size),
      onFailed: (message) => newest.current.onFailed(message),
      onAllCuts: (state) => newest.current.onAllCuts(state),
    })
  }, [])
  useEffect(() => () => client.stop(), [client])
  return client
}
