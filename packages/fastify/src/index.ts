export { toolCallProxy, type ToolCallProxyOptions } from './tool-call-proxy.ts'
