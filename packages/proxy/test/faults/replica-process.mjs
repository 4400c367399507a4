import { createServer } from 'node:http'

// One replica in a process of its own, which a test can kill. It says slowly which process it is.
const name = process.argv[2]
const times = 20

function toEvent(delta, finish_reason = null) {
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`
}

const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(toEvent({ role: 'assistant', content: '' }))
  let said = 0
  const timer = setInterval(() => {
    said += 1
    response.write(toEvent({ content: `I am ${name}. ` }, said === times ? 'stop' : null))
    if (said === times) response.end('data: [DONE]\n\n')
    if (said === times) clearInterval(timer)
  }, 20)
  response.on('close', () => clearInterval(timer))
})
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
