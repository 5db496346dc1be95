/** A schedule as EventBridge Scheduler and an ECS task on Fargate. */

import { containerPaths } from './container-paths.ts';
import { CONTAINER, GOOD_EXITS, type Schedule } from './schedule.ts';
import { placeWords, type Word } from './words.ts';

/** Fargate gives no more time (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html). */
const MOST_STOP_SECONDS = 120;

/** Fargate's sizes with 2 vCPU begin with 4 GB and go up by one. */
const CPU_UNITS = 2048;
const LEAST_MEMORY_MIB = 4096;

/** ECS has no files with secrets: these options have variables that do the same. */
const SECRET_VARIABLES: Readonly<Record<string, string>> = {
  'api-key-file': 'FLOWBULK_API_KEY',
  'password-file': 'FLOWBULK_PASSWORD',
};

const SECRET_ARN = 'arn:aws:secretsmanager:REGION:ACCOUNT:secret:';

/** Takes the options out that variables stand for; gives the variables. */
function withoutSecretFiles(words: readonly Word[]): { readonly left: readonly Word[]; readonly variables: string[] } {
  const variables = new Set<string>();
  const left: Word[] = [];
  for (const word of words) {
    const variable = word.kind === 'paths' ? SECRET_VARIABLES[word.option] : undefined;
    if (word.kind === 'plain' || variable === undefined) {
      left.push(word);
      continue;
    }
    variables.add(variable);
    // `--api-key-file FILE`: the option is the word before.
    if (word.start === '') left.pop();
  }
  return { left, variables: [...variables] };
}

/** What to put in place of the words in capitals, and what to lay where: lines for people. */
export function eventBridgeNotes(schedule: Schedule): readonly string[] {
  const { left, variables } = withoutSecretFiles(schedule.words);
  const { data, secrets } = containerPaths(left);
  const files = [...data].map(([file, name]) => `${file} as ${name}`);
  const pem = [...secrets].map(([option, file]) => `${file} as secrets/${option}`);
  return [
    'put your own in place of REGION, ACCOUNT, CLUSTER, SUBNET, GROUP, the roles, the file system and its access points',
    `the access point of state belongs to user and group ${CONTAINER.user}`,
    'aws ecs register-task-definition --cli-input-json takes .taskDefinition, aws scheduler create-schedule .schedule',
    'taskRole may read the bucket; executionRole may pull the image, write the log and read the secrets; schedulerRole may ecs:RunTask and iam:PassRole',
    ...(variables.length > 0
      ? [
          `secrets in Secrets Manager, in place of files: ${variables.map((name) => `${schedule.name}/${name}`).join(', ')}`,
        ]
      : []),
    ...(files.length + pem.length > 0
      ? [`to lie on the file system below /data: ${[...files, ...pem].join(', ')}`]
      : []),
    'ECS starts no task again for an exit code: after 75 the next run goes on',
  ];
}

/** The definition of the task, and the schedule that runs it, as JSON. */
export function asEventBridge(schedule: Schedule): string {
  const { name, when, needs, image, metricsPort } = schedule;
  const { left, variables } = withoutSecretFiles(schedule.words);
  const paths = containerPaths(left);
  // PEM files have no variables: they lie beside the other files.
  const command = placeWords(left, (used) =>
    used.use === 'secret' ? `${CONTAINER.data}/secrets/${used.option}` : paths.place(used),
  );
  const hasData = paths.data.size + paths.secrets.size > 0;
  const efs = (accessPoint: string) => ({
    fileSystemId: 'fs-ID',
    transitEncryption: 'ENABLED',
    authorizationConfig: { accessPointId: accessPoint, iam: 'ENABLED' },
  });
  const taskDefinition = {
    family: name,
    requiresCompatibilities: ['FARGATE'],
    networkMode: 'awsvpc',
    cpu: String(CPU_UNITS),
    memory: String(Math.max(LEAST_MEMORY_MIB, Math.ceil(needs.memoryLimitMiB / 1024) * 1024)),
    executionRoleArn: 'arn:aws:iam::ACCOUNT:role/executionRole',
    taskRoleArn: 'arn:aws:iam::ACCOUNT:role/taskRole',
    containerDefinitions: [
      {
        name: 'flowbulk',
        image,
        essential: true,
        // tini makes 0 of what is no failure: stopped at a limit (7), locked by another run (8).
        entryPoint: ['tini', ...GOOD_EXITS.flatMap((code) => ['-e', String(code)]), '--', 'flowbulk'],
        command,
        user: `${CONTAINER.user}:${CONTAINER.user}`,
        readonlyRootFilesystem: true,
        stopTimeout: Math.min(MOST_STOP_SECONDS, needs.stopSeconds),
        secrets: variables.map((variable) => ({ name: variable, valueFrom: `${SECRET_ARN}${name}/${variable}` })),
        mountPoints: [
          { sourceVolume: 'state', containerPath: CONTAINER.state, readOnly: false },
          ...(hasData ? [{ sourceVolume: 'data', containerPath: CONTAINER.data, readOnly: true }] : []),
        ],
        ...(metricsPort === null ? {} : { portMappings: [{ containerPort: metricsPort, protocol: 'tcp' }] }),
        logConfiguration: {
          logDriver: 'awslogs',
          options: { 'awslogs-group': `/ecs/${name}`, 'awslogs-region': 'REGION', 'awslogs-stream-prefix': 'flowbulk' },
        },
      },
    ],
    volumes: [
      { name: 'state', efsVolumeConfiguration: efs('fsap-STATE') },
      ...(hasData ? [{ name: 'data', efsVolumeConfiguration: efs('fsap-DATA') }] : []),
    ],
  };
  const ecs = {
    TaskDefinitionArn: `arn:aws:ecs:REGION:ACCOUNT:task-definition/${name}`,
    LaunchType: 'FARGATE',
    TaskCount: 1,
    NetworkConfiguration: {
      awsvpcConfiguration: { Subnets: ['subnet-SUBNET'], SecurityGroups: ['sg-GROUP'], AssignPublicIp: 'DISABLED' },
    },
  };
  const eventBridge = {
    Name: name,
    ScheduleExpression: when.eventBridge,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: Math.max(1, Math.round(when.delaySeconds / 60)) },
    Target: {
      Arn: 'arn:aws:ecs:REGION:ACCOUNT:cluster/CLUSTER',
      RoleArn: 'arn:aws:iam::ACCOUNT:role/schedulerRole',
      EcsParameters: ecs,
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 3 },
    },
  };
  return `${JSON.stringify({ taskDefinition, schedule: eventBridge }, null, 2)}\n`;
}
