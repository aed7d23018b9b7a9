// pg-boss's own example (the README of version 9), with the connection string given and an end.
async function readme(url) {
  const PgBoss = require('pg-boss');
  const boss = new PgBoss(url);

  boss.on('error', error => console.error(error));

  await boss.start();

  const queue = 'some-queue';

  let jobId = await boss.send(queue, { param1: 'foo' })

  console.log(`created job in queue ${queue}`);

  const done = new Promise(resolve => {
    boss.work(queue, async job => {
      if (job.id === jobId) console.log(`job received with data: ${JSON.stringify(job.data)}`);
      setTimeout(resolve, 500);
    });
  });
  await done;
  await boss.stop({ graceful: false });
}

readme(process.argv[2]).then(() => process.exit(0), error => { console.error(error); process.exit(1); });
