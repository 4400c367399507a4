export { createUpstream, type UpstreamSettings } from './create-upstream.ts'
export type { ReplicaState, Upstream, UpstreamAttempt, UpstreamEvents } from './types.ts'
