/** `flowbulk doctor` on real servers, with and without security: it tells what is there, and changes nothing. */

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { doctor } from '../../doctor/doctor.ts';
import { flowbulk, temporaryFolder } from '../../run/program.ts';
import { logText } from '../../run/records.ts';
import { bothProducts } from './products.ts';

const folder = temporaryFolder();
mkdirSync(path.join(folder, 'in'));
writeFileSync(path.join(folder, 'in', 'a.log'), logText(10));

const open = await bothProducts({ heap: '512m', settings: { 'http.max_content_length': '4mb' } });
const secured = await bothProducts({ heap: '512m', security: true });

for (const product of open) {
  const { name, skip } = product;

  test(`${name}: a template, blocks and the limit of bodies, as they are`, { skip }, async () => {
    const { server, client } = product;
    const target = `${server.url}/vpcflow`;
    const before = await doctor(folder, ['in', target]);
    assert.equal(before.code, 0, before.text);
    assert.match(before.line('cluster').found, new RegExp(`^${name} ${server.version.replaceAll('.', '\\.')}$`));
    assert.match(before.line('rights').found, /security is off/);
    assert.equal(before.line('name').found, 'vpcflow is not there yet');
    assert.equal(before.line('template').status, 'warn');
    assert.match(before.line('template').fix ?? '', /^flowbulk setup .*\/vpcflow --apply$/);
    assert.match(before.line('body size').found, /takes 4\.0 MiB/);
    assert.equal(before.line('blocks').found, 'none, of the cluster or of indices');
    assert.equal((await client.json('GET', '/_cat/indices/vpcflow*?format=json')).json.length, 0);

    // The doctor's advice is what helps.
    assert.equal((await flowbulk(folder, ['setup', target, '--apply'])).code, 0);
    const set = await doctor(folder, ['in', target]);
    assert.equal(set.line('template').status, 'ok');
    assert.equal(set.line('template').found, 'flowbulk-vpcflow');

    assert.equal((await flowbulk(folder, ['run', 'in', target])).code, 0);
    const stream = await doctor(folder, ['in', target]);
    assert.equal(stream.line('name').found, 'vpcflow is a data stream');
    await client.changeSettings('vpcflow', { 'index.blocks.write': true });
    const blocked = await doctor(folder, ['in', target]);
    assert.equal(blocked.code, 5);
    assert.match(blocked.line('blocks').found, /index\.blocks\.write of \.ds-vpcflow/);
    await client.rollover('vpcflow');
    assert.equal((await doctor(folder, ['in', target])).line('blocks').status, 'ok');

    await client.changeClusterSettings({ 'cluster.blocks.read_only': true });
    const shut = await doctor(folder, ['in', target]);
    await client.changeClusterSettings({ 'cluster.blocks.read_only': null });
    assert.equal(shut.code, 5);
    assert.match(shut.line('blocks').found, /cluster\.blocks\.read_only/);
  });

  test(`${name}: watermarks as they are set, and indices by the time of records`, { skip }, async () => {
    const { server, client } = product;
    const watermark = 'cluster.routing.allocation.disk.watermark';
    const levels = (flood: string | null) => ({
      [`${watermark}.low`]: flood === null ? null : '1%',
      [`${watermark}.high`]: flood === null ? null : '2%',
      [`${watermark}.flood_stage`]: flood,
    });
    // The servers of tests have them switched off.
    const enabled = 'cluster.routing.allocation.disk.threshold_enabled';
    assert.match((await doctor(folder, ['in', `${server.url}/vpcflow`])).line('disk').found, /no watermarks$/);
    await client.changeClusterSettings({ [enabled]: true, ...levels('3%') });
    const full = await doctor(folder, ['in', `${server.url}/flow-{yyyy.MM}`]);
    await client.changeClusterSettings({ [enabled]: null, ...levels(null) });
    assert.equal(full.line('disk').status, 'fail');
    assert.match(full.line('disk').found, /1 node, .*flood stage/);
    assert.match(full.line('name').found, /^indices by the time of records, 0 of flow-\* are there$/);
    assert.match(full.line('template').found, /^none for flow-\d{4}\.\d\d:/);
  });
}

const [openSearch, elasticsearch] = secured;

test('OpenSearch with security: who it is, and that only a run can tell', { skip: openSearch.skip }, async () => {
  const { server } = openSearch;
  const args = ['in', `${server.url}/vpcflow`, '--user', server.user ?? ''];
  const admin = await doctor(folder, args, { FLOWBULK_PASSWORD: server.password ?? '' });
  assert.match(admin.line('rights').found, new RegExp(`^all, user ${server.user}`));
  assert.equal(admin.code, 0, admin.text);
  const wrong = await doctor(folder, args, { FLOWBULK_PASSWORD: 'wrong-password' });
  assert.equal(wrong.code, 5);
  assert.deepEqual(wrong.named('fail'), ['cluster']);
  assert.ok(!wrong.text.includes('wrong-password'));
  const none = await doctor(folder, args.slice(0, 2));
  assert.equal(none.code, 5);
});

test('Elasticsearch with security: rights by name, of a key with few of them', {
  skip: elasticsearch.skip,
}, async () => {
  const { server, client } = elasticsearch;
  const target = `${server.url}/vpcflow`;
  const args = ['in', target, '--user', server.user ?? ''];
  const admin = await doctor(folder, args, { FLOWBULK_PASSWORD: server.password ?? '' });
  assert.equal(admin.code, 0, admin.text);
  assert.match(admin.line('rights').found, /^create_doc, auto_configure, .*monitor, as .* on vpcflow$/);

  const keyFor = async (privileges: string[]) => {
    const role = { indices: [{ names: ['vpcflow'], privileges }] };
    const { json } = await client.json('POST', '/_security/api_key', { name: 'k', role_descriptors: { role } });
    return { FLOWBULK_API_KEY: json.encoded as string };
  };
  const writer = await doctor(folder, ['in', target], await keyFor(['create_doc', 'auto_configure']));
  assert.equal(writer.code, 0, writer.text);
  assert.equal(writer.line('rights').status, 'warn');
  assert.match(writer.line('rights').found, /^create_doc, auto_configure, as .*; not read, view_index_metadata/);
  assert.equal(writer.line('template').status, 'skipped');

  const reader = await doctor(folder, ['in', target], await keyFor(['read', 'view_index_metadata']));
  assert.equal(reader.code, 5);
  assert.match(reader.line('rights').fix ?? '', /create_doc and auto_configure on vpcflow/);

  const few = await doctor(folder, ['in', target], await keyFor(['create_doc', 'view_index_metadata']));
  assert.equal(few.line('rights').status, 'fail');
  assert.match(few.line('rights').fix ?? '', /auto_configure/);
});
