export { createUpstream } from './create-upstream.ts'
export type { Upstream, UpstreamAttempt } from './types.ts'
