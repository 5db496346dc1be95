import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTransient, objectError, sourceError, timeoutError } from '../../src/sources/s3-errors.ts';
import type { SourceObject } from '../../src/sources/source.ts';

const object: SourceObject = {
  kind: 's3',
  bucket: 'logs',
  key: 'k',
  path: null,
  etag: 'e',
  size: 1,
  lastModifiedMs: 1,
};

const failure = (name: string, httpStatusCode?: number, message = 'why') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
const socket = (code: string) => Object.assign(new Error(code), { code });

test('what passes by itself', () => {
  for (const error of [
    failure('SlowDown', 503),
    failure('InternalError', 500),
    failure('RequestTimeout', 400),
    failure('ExpiredToken', 400),
    failure('NotModified', 304),
    socket('ECONNRESET'),
    socket('EAI_AGAIN'),
    timeoutError('late'),
  ]) {
    assert.ok(isTransient(error), error.name);
  }
  for (const error of [
    failure('AccessDenied', 403),
    failure('NoSuchKey', 404),
    failure('PreconditionFailed', 412),
    failure('PermanentRedirect', 301),
    failure('CredentialsProviderError'),
    new Error('bug'),
  ]) {
    assert.ok(!isTransient(error), error.name);
  }
});

const OBJECT: readonly [Error, string, RegExp][] = [
  [failure('PreconditionFailed', 412), 'E_OBJECT_CHANGED', /s3:\/\/logs\/k/],
  [failure('NoSuchKey', 404), 'E_OBJECT_GONE', /no longer there/],
  [failure('NotFound', 404), 'E_OBJECT_GONE', /no longer there/],
  [failure('AccessDenied', 403), 'E_OBJECT_DENIED', /s3:GetObject/],
  [failure('AccessDenied', 403, 'not authorized to perform: kms:Decrypt on'), 'E_OBJECT_DENIED', /need kms:Decrypt/],
  [failure('KMS.DisabledException', 400), 'E_OBJECT_DENIED', /need kms:Decrypt/],
  [failure('InvalidObjectState', 403), 'E_OBJECT_ARCHIVED', /restore/],
  [failure('SlowDown', 503), 'E_OBJECT_UNREADABLE', /SlowDown/],
  [failure('SignatureDoesNotMatch', 403), 'E_SOURCE_DENIED', /credentials/],
  [failure('ExpiredToken', 400), 'E_SOURCE_DENIED', /expired/],
  [failure('NoSuchBucket', 404), 'E_SOURCE_MISSING', /logs/],
  [socket('ECONNREFUSED'), 'E_SOURCE_UNREACHABLE', /ECONNREFUSED/],
];

for (const [error, code, message] of OBJECT) {
  test(`reading: ${error.name} ${error.message} is ${code}`, () => {
    assert.throws(
      () => {
        throw objectError(object, error);
      },
      { code, message },
    );
  });
}

const SOURCE: readonly [Error, string, RegExp][] = [
  [failure('NoSuchBucket', 404), 'E_SOURCE_MISSING', /"logs"/],
  [failure('CredentialsProviderError'), 'E_SOURCE_DENIED', /--profile/],
  [failure('AccessDenied', 403, 'not authorized to perform: sts:AssumeRole'), 'E_SOURCE_DENIED', /sts:AssumeRole/],
  [failure('PermanentRedirect', 301), 'E_SOURCE_DENIED', /--aws-region/],
  [failure('SlowDown', 503), 'E_SOURCE_UNREACHABLE', /503/],
  [timeoutError('late'), 'E_SOURCE_UNREACHABLE', /TimeoutError/],
  [failure('InvalidRequest', 400, 'odd'), 'E_SOURCE_DENIED', /odd/],
];

for (const [error, code, message] of SOURCE) {
  test(`listing: ${error.name} ${error.message} is ${code}`, () => {
    assert.throws(
      () => {
        throw sourceError('logs', error);
      },
      { code, message },
    );
  });
}
