/** What is read of a queue, and what becomes of its messages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ended } from '../../run/program.ts';
import { logText } from '../../run/records.ts';
import { created, queueSetup, until } from './setup.ts';

const setup = await queueSetup();

test('messages of all forms; what fails or cannot be read goes to the dead-letter queue', {
  skip: setup === null,
}, async () => {
  assert.ok(setup);
  const queue = await setup.queue('forms');
  const cluster = await setup.cluster();
  const keys = ['direct', 'sns', 'bridge', 'a b+c=d', 'twice'].map((name) => setup.put('logs', name, 20));
  const encoded = (key = '') => encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
  const message = JSON.stringify(created('logs', encoded(keys[1])));
  await queue.send({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'logs' });
  await queue.send(created('logs', encoded(keys[0])));
  await queue.send({ Type: 'Notification', Subject: 'Amazon S3 Notification', Message: message });
  await queue.send({
    'detail-type': 'Object Created',
    source: 'aws.s3',
    region: 'us-east-1',
    detail: { bucket: { name: 'logs' }, object: { key: keys[2], size: -1 } },
  });
  await queue.send(created('logs', encoded(keys[3])));
  await queue.send(created('logs', encoded(keys[4])));
  await queue.send(created('logs', encoded(keys[4])));
  await queue.send(created('logs', encoded(keys[0]), 'ObjectRemoved:Delete'));
  await queue.send(created('logs', 'AWSLogs/123456789012/CloudTrail/eu-west-1/2025/01/31/trail.json.gz'));
  await queue.send(created('logs', 'nothing-there.log.gz'));
  await queue.send(created('no-such-bucket', encoded(keys[0])));
  await queue.send('no JSON');

  const target = `${cluster.url}/vpcflow`;
  const args = ['run', queue.source, target, '--until-empty', '--visibility-timeout', '5s', '--json'];
  const { code, stdout, stderr } = await setup.run('forms', args);
  assert.equal(code, 3, stderr);
  const { objectsDone, queue: counts } = JSON.parse(stdout);
  assert.equal(objectsDone, keys.length);
  assert.equal(cluster.stored.size, keys.length * 20);
  assert.ok([...cluster.stored.values()].every(({ times }) => times === 1));
  assert.equal(counts.deleted, 9, JSON.stringify(counts));
  // Three receipts each: then they are dead letters.
  assert.equal(counts.left, 6, JSON.stringify(counts));
  assert.equal(counts.unreadable, 3, JSON.stringify(counts));
  assert.equal(counts.passedOver, 1, JSON.stringify(counts));
  assert.match(stderr, /message .* is left, since it cannot be read: it is no JSON/);
  assert.deepEqual(await queue.depth(), { waiting: 0, inFlight: 0 });
  assert.equal((await queue.dead()).length, 3);
});

test('messages as a server that is not ours writes them', { skip: setup === null }, async () => {
  assert.ok(setup);
  const queue = await setup.queue('notified');
  const cluster = await setup.cluster();
  const { notifier } = setup;
  await notifier.send(new CreateBucketCommand({ Bucket: 'notifying' }));
  const QueueArn = 'arn:aws:sqs:us-east-1:123456789012:notified';
  const NotificationConfiguration = { QueueConfigurations: [{ QueueArn, Events: ['s3:ObjectCreated:*' as const] }] };
  await notifier.send(
    new PutBucketNotificationConfigurationCommand({ Bucket: 'notifying', NotificationConfiguration }),
  );
  for (const Key of ['year=2025/a b+c.log', 'plain.log']) {
    await notifier.send(new PutObjectCommand({ Bucket: 'notifying', Key, Body: logText(10) }));
  }
  const args = ['run', queue.source, `${cluster.url}/vpcflow`, '--until-empty', '--json'];
  const aws = { FLOWBULK_ENDPOINT_URL: setup.motoUrl };
  const { code, stdout, stderr } = await setup.run('notified', args, aws);
  assert.equal(code, 0, stderr);
  // The test event is the third.
  assert.equal(JSON.parse(stdout).queue.deleted, 3);
  assert.equal(cluster.stored.size, 20);
  const paths = new Set([...cluster.stored.values()].map(({ document }) => JSON.parse(document).log.file.path));
  assert.ok(paths.has('https://notifying.s3.us-east-1.amazonaws.com/year=2025/a b+c.log'), [...paths].join());
});

test('a cluster that refuses ends the run while it waits for messages, and gives back what it has', {
  skip: setup === null,
}, async () => {
  assert.ok(setup);
  const queue = await setup.queue('refused');
  const cluster = await setup.cluster({ faults: { '403': 1 }, maxInARow: 1e9 });
  await queue.send(created('logs', setup.put('logs', 'refused', 10)));
  const { code, stderr } = await setup.run('refused', ['run', queue.source, `${cluster.url}/vpcflow`, '--follow']);
  assert.equal(code, 5, stderr);
  assert.deepEqual(await queue.depth(), { waiting: 1, inFlight: 0 });
});

test('SIGTERM ends what is under way, and gives the rest back at once', { skip: setup === null }, async () => {
  assert.ok(setup);
  const queue = await setup.queue('stopped');
  const cluster = await setup.cluster({ faults: { '503': 1 }, maxInARow: 1e9 });
  for (let i = 0; i < 30; i++) await queue.send(created('logs', setup.put('logs', `stopped-${i}`, 20)));
  const args = ['run', queue.source, `${cluster.url}/vpcflow`, '--follow', '--json', '--drain-timeout', '1s'];
  const child = setup.start('stopped', args);
  const end = ended(child);
  await until('requests to the cluster', () => cluster.requests > 0);
  child.kill('SIGTERM');
  const { code, stderr } = await end;
  assert.equal(code, 143, stderr);
  assert.match(stderr, /given back/);
  // Its messages would be hidden for five minutes otherwise.
  assert.deepEqual(await queue.depth(), { waiting: 30, inFlight: 0 });

  cluster.faults['503'] = 0;
  const rest = await setup.run('stopped', ['run', queue.source, `${cluster.url}/vpcflow`, '--until-empty', '--json']);
  assert.equal(rest.code, 0, rest.stderr);
  assert.equal(cluster.stored.size, 600);
  assert.ok([...cluster.stored.values()].every(({ times }) => times === 1));
});

test('messages stay hidden while the cluster is slow', { skip: setup === null }, async () => {
  assert.ok(setup);
  const queue = await setup.queue('slow');
  const cluster = await setup.cluster({ faults: { 'answer slow': 1 }, slowMs: 12_000 });
  await queue.send(created('logs', setup.put('logs', 'slow', 20)));
  const args = ['run', queue.source, `${cluster.url}/vpcflow`, '--until-empty', '--visibility-timeout', '5s', '--json'];
  const { code, stdout, stderr } = await setup.run('slow', args);
  assert.equal(code, 0, stderr);
  const { queue: counts } = JSON.parse(stdout);
  assert.equal(counts.received, 1);
  assert.equal(counts.deleted, 1);
});

test('a trickle is not held back, and a time limit ends a queue that is silent', { skip: setup === null }, async () => {
  assert.ok(setup);
  const queue = await setup.queue('trickle');
  const cluster = await setup.cluster();
  const args = ['run', queue.source, `${cluster.url}/vpcflow`, '--follow', '--max-duration', '12s'];
  const child = setup.start('trickle', args);
  const end = ended(child);
  for (let i = 0; i < 2; i++) {
    await queue.send(created('logs', setup.put('logs', `trickle-${i}`, 10)));
    await until(`document ${i}`, () => cluster.stored.size === 10 * (i + 1));
  }
  assert.equal(child.exitCode, null, 'it goes on');
  const { code, stderr } = await end;
  assert.equal(code, 7, stderr);
  assert.deepEqual(await queue.depth(), { waiting: 0, inFlight: 0 });
});

test('without a redrive policy a queue has no end, and other words that are refused', {
  skip: setup === null,
}, async () => {
  assert.ok(setup);
  const queue = await setup.queue('bare', { RedrivePolicy: '' });
  const { url } = await setup.cluster();
  const refused = async (more: readonly string[]) => {
    const { code, stderr } = await setup.run('bare', ['run', queue.source, `${url}/vpcflow`, ...more]);
    assert.equal(code, 2, stderr);
    return stderr;
  };
  assert.match(await refused(['--until-empty']), /no redrive policy/);
  assert.match(await refused([]), /--follow .* or --until-empty/);
  assert.match(await refused(['--follow', '--ids', 'filebeat']), /Last-Modified/);
  assert.match(await refused(['--follow', '--shard', '1/2']), /--shard/);
  assert.match(await refused(['--dry-run']), /plan the s3:/);
  const others = [
    ['convert', queue.source, 'out/'],
    ['plan', queue.source],
    ['verify', queue.source, `${url}/vpcflow`],
    ['verify', 's3://logs/', `${url}/vpcflow`, '--shard', '1/2'],
    ['enqueue', 'logs/', queue.source],
    ['enqueue', 's3://logs/', `${url}/vpcflow`],
  ];
  for (const words of others) {
    const { code, stderr } = await setup.run('bare', words);
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
  }
  const missing = await setup.run('bare', ['run', `${queue.source}-none`, `${url}/vpcflow`, '--follow']);
  assert.equal(missing.code, 4, missing.stderr);
  assert.match(missing.stderr, /there is no queue/);
});

test('doctor says how a queue stands, and takes no message', { skip: setup === null }, async () => {
  assert.ok(setup);
  const queue = await setup.queue('looked-at');
  await queue.send(created('logs', 'k'));
  const { code, stdout, stderr } = await setup.run('looked-at', ['doctor', queue.source]);
  assert.equal(code, 0, stderr + stdout);
  assert.match(stdout, /ok +queue +about 1 message waiting, 0 in flight, 0 delayed/);
  assert.match(stdout, /ok +redrive policy +after 3 receipts/);
  assert.deepEqual(await queue.depth(), { waiting: 1, inFlight: 0 });
});
