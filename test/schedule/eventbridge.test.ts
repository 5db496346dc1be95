import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asEventBridge, eventBridgeNotes } from '../../src/schedule/eventbridge.ts';
import { expected, NASTY_FIELDS, sample } from './sample.ts';

interface Printed {
  readonly taskDefinition: {
    readonly memory: string;
    readonly containerDefinitions: readonly {
      readonly command: readonly string[];
      readonly secrets: readonly { name: string; valueFrom: string }[];
      readonly stopTimeout: number;
      readonly mountPoints: readonly { containerPath: string }[];
    }[];
    readonly volumes: readonly { name: string }[];
  };
  readonly schedule: {
    readonly ScheduleExpression: string;
    readonly FlexibleTimeWindow: { MaximumWindowInMinutes: number };
  };
}

const printed = (...of: Parameters<typeof sample>) => JSON.parse(asEventBridge(sample(...of))) as Printed;

test('it is JSON, and every word arrives as it is', () => {
  const { taskDefinition, schedule } = printed(NASTY_FIELDS);
  assert.deepEqual(taskDefinition.containerDefinitions[0]!.command, expected(NASTY_FIELDS));
  assert.equal(schedule.ScheduleExpression, 'cron(30 2 * * ? *)');
  assert.equal(schedule.FlexibleTimeWindow.MaximumWindowInMinutes, 10);
});

test('files with secrets become variables of Secrets Manager, others lie on the data volume', () => {
  const made = sample(['--api-key-file', 'key', '--quiet', '--ca', 'ca.pem', '--city', 'c.mmdb']);
  const { taskDefinition } = JSON.parse(asEventBridge(made)) as Printed;
  const [container] = taskDefinition.containerDefinitions;
  assert.deepEqual(container!.command.slice(3), ['--quiet', '--ca', '/data/secrets/ca', '--city', '/data/c.mmdb']);
  assert.deepEqual(
    container!.secrets.map(({ name }) => name),
    ['FLOWBULK_API_KEY'],
  );
  assert.deepEqual(
    container!.mountPoints.map(({ containerPath }) => containerPath),
    ['/state', '/data'],
  );
  const notes = eventBridgeNotes(made).join('\n');
  assert.match(notes, /flowbulk-vpcflow-yyyy-mm\/FLOWBULK_API_KEY/);
  assert.match(notes, /c\.mmdb as c\.mmdb, ca\.pem as secrets\/ca/);
  const inOneWord = printed(['--api-key-file=key', '--quiet']);
  assert.deepEqual(inOneWord.taskDefinition.containerDefinitions[0]!.command.slice(3), ['--quiet']);
});

test('memory and time are what Fargate has', () => {
  const needs = { memoryMiB: 5000, memoryLimitMiB: 7424, stopSeconds: 600 };
  const { taskDefinition } = printed([], { needs });
  assert.equal(taskDefinition.memory, '8192');
  assert.equal(taskDefinition.containerDefinitions[0]!.stopTimeout, 120);
});
