import { readConfig } from '../../src/config/read-config.ts'
import { createGateway } from '../../src/gateway/index.ts'

// The gateway in a process of its own, so that its memory is measured and nothing else. Started by main.ts with the settings as argument.
const config = readConfig({ text: process.argv[2]!, env: {} })
const gateway = await createGateway(config, { env: {} })
process.send!({ url: await gateway.app.listen({ host: '127.0.0.1', port: 0 }) })
process.on('message', () => {
  globalThis.gc!()
  process.send!(process.memoryUsage())
})
process.on('disconnect', () => process.exit())
