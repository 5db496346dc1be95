/** A schedule as Kubernetes CronJob, with the claim for its state. Kubernetes 1.27 or later (timeZone). */

import { EXIT } from '../errors.ts';
import { containerPaths } from './container-paths.ts';
import { CONTAINER, FINAL_EXITS, type Schedule } from './schedule.ts';
import { shellWord } from './shell.ts';
import { placeWords } from './words.ts';

/** A string as double-quoted YAML: JSON's form, with what YAML would not take as it is spelled out. */
function yamlString(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * A word of `args`: `$(NAME)` would be replaced, and `$$` is a `$`
 * (https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/).
 */
const argument = (text: string) => yamlString(text.replaceAll('$', '$$$$'));

const lines = (indent: number, all: readonly string[]) => all.map((line) => `${' '.repeat(indent)}${line}\n`).join('');

function comment(schedule: Schedule, { secrets, data }: ReturnType<typeof containerPaths>): string {
  const { name } = schedule;
  const said = [
    `kubectl apply -f FILE; ${schedule.when.text}. Kubernetes has no random delay: choose an odd minute by --at.`,
    `Variables and secrets (FLOWBULK_API_KEY, AWS_...): kubectl create secret generic ${name}-env --from-env-file=FILE`,
  ];
  if (secrets.size > 0) {
    const files = [...secrets].map(([option, file]) => `--from-file=${option}=${shellWord(file)}`).join(' ');
    said.push(`Files with secrets: kubectl create secret generic ${name}-files ${files}`);
  }
  for (const [file, key] of data) said.push(`To lie in the volume of claim ${name}-data: ${shellWord(file)} as ${key}`);
  // A newline in a file's name would end the comment.
  return said.map((line) => `# ${line.replaceAll(/[\r\n]/g, '?')}\n`).join('');
}

/** The manifest: a claim for state, and the CronJob. */
export function asKubernetes(schedule: Schedule): string {
  const { name, when, needs, image, metricsPort } = schedule;
  const paths = containerPaths(schedule.words);
  const args = placeWords(schedule.words, paths.place);
  const hasSecrets = paths.secrets.size > 0;
  const hasData = paths.data.size > 0;
  return `${comment(schedule, paths)}apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}-state
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 5Gi
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${name}
spec:
  schedule: "${when.cron}"
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  # A run that was missed is made up for within this time.
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 3
  jobTemplate:
    spec:
      # 75 means "try again", and the pod after one that was killed goes on: so often, after 10 s, 20 s, 40 s ...
      # 8 is among them: the lock of a pod that was killed is taken over after a minute.
      backoffLimit: 6
      podFailurePolicy:
        rules:
          # A node that is drained is nobody's failure.
          - action: Ignore
            onPodConditions:
              - type: DisruptionTarget
                status: "True"
          # These do not get better by another try.
          - action: FailJob
            onExitCodes:
              containerName: flowbulk
              operator: In
              values: [${FINAL_EXITS.join(', ')}]
      template:
        spec:
          restartPolicy: Never
          # More than the drain takes.
          terminationGracePeriodSeconds: ${needs.stopSeconds}
          securityContext:
            runAsNonRoot: true
            runAsUser: ${CONTAINER.user}
            runAsGroup: ${CONTAINER.user}
            fsGroup: ${CONTAINER.user}
            seccompProfile:
              type: RuntimeDefault
          containers:
            - name: flowbulk
              image: ${yamlString(image)}
              # tini makes 0 of what is no failure: stopped at a limit.
              command: [tini, -e, "${EXIT.limit}", --, flowbulk]
              args:
${lines(
  16,
  args.map((word) => `- ${argument(word)}`),
)}              envFrom:
                - secretRef:
                    name: ${name}-env
                    optional: true
${metricsPort === null ? '' : lines(14, ['ports:', '  - name: metrics', `    containerPort: ${metricsPort}`])}              resources:
                requests:
                  cpu: "1"
                  memory: ${needs.memoryMiB}Mi
                limits:
                  memory: ${needs.memoryLimitMiB}Mi
              securityContext:
                readOnlyRootFilesystem: true
                allowPrivilegeEscalation: false
                capabilities:
                  drop: [ALL]
              volumeMounts:
                - name: state
                  mountPath: ${CONTAINER.state}
                - name: tmp
                  mountPath: /tmp
${hasSecrets ? lines(16, ['- name: secrets', `  mountPath: ${CONTAINER.secrets}`, '  readOnly: true']) : ''}${
  hasData ? lines(16, ['- name: data', `  mountPath: ${CONTAINER.data}`, '  readOnly: true']) : ''
}          volumes:
            - name: state
              persistentVolumeClaim:
                claimName: ${name}-state
            - name: tmp
              emptyDir: {}
${hasSecrets ? lines(12, ['- name: secrets', '  secret:', `    secretName: ${name}-files`, '    defaultMode: 288 # 0440, which YAML 1.2 would read as 440']) : ''}${
  hasData
    ? lines(12, ['- name: data', '  persistentVolumeClaim:', `    claimName: ${name}-data`, '    readOnly: true'])
    : ''
}`;
}
