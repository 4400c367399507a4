export { createGateway } from './gateway.ts'
export type { Gateway, GatewayOptions, Probe } from './types.ts'
