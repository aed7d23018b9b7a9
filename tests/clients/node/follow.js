// Follows a publication with pg-logical-replication until it has seen the row whose id is 0, and prints what it was told.
// Arguments: URL, slot, publication.
'use strict'

const { LogicalReplicationService, PgoutputPlugin } = require('pg-logical-replication')

const [url, slot, publication] = process.argv.slice(2)
const service = new LogicalReplicationService({ connectionString: url }, { acknowledge: { auto: true, timeoutSeconds: 1 } })

service.on('data', (lsn, log) => {
  if (log.tag === 'insert') console.log(`insert ${JSON.stringify(log.new)}`)
  else if (log.tag === 'update') console.log(`update ${JSON.stringify(log.old ?? log.key ?? null)} ${JSON.stringify(log.new)}`)
  else if (log.tag === 'delete') console.log(`delete ${JSON.stringify(log.key ?? log.old)}`)
  else if (log.tag === 'truncate') console.log(`truncate ${log.relations.map((relation) => relation.name)}`)
  if (log.tag === 'insert' && log.new.id === 0) service.stop().then(() => process.exit(0))
})
service.on('error', (error) => {
  console.error(error)
  process.exit(1)
})
service.subscribe(new PgoutputPlugin({ protoVersion: 1, publicationNames: [publication] }), slot).catch((error) => {
  console.error(error)
  process.exit(1)
})
