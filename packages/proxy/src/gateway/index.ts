export { createGateway } from './gateway.ts'
export type { Gateway, GatewayOptions, Mode, Probe, ProbeOutcome } from './types.ts'
