// UPSTREAM=http://127.0.0.1:8000 FORMAT=qwen3_coder PORT=4000 pnpm start
import { createApp } from './app.ts'

const port = Number(process.env['PORT'] ?? 4000)
const app = await createApp(process.env['UPSTREAM'] ?? 'http://127.0.0.1:8000', process.env['FORMAT'] ?? 'qwen3_coder')
await app.listen({ host: '127.0.0.1', port })
console.log(`OpenAI API with tool calls: http://127.0.0.1:${port}/v1`)
