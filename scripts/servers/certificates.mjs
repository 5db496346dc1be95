// A certificate authority of a server's own, made with openssl: for the server, and for a client that is to show one.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotBeHad } from './cache.mjs';

const DAYS = '3650';
const EXTENSIONS = 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n';

/** Writes ca.pem, node.pem, node-key.pem, client.pem, client-key.pem (PKCS#8, no password) into `folder`. Throws CannotBeHad. */
export function makeCertificates(folder) {
  const authority = ['-keyout', 'ca-key.pem', '-out', 'ca.pem', '-days', DAYS, '-subj', '/CN=flowbulk test CA'];
  openssl(folder, 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...authority);
  writeFileSync(join(folder, 'extensions'), EXTENSIONS);
  for (const name of ['node', 'client']) {
    const request = ['-keyout', `${name}-key.pem`, '-out', `${name}.csr`, '-subj', `/CN=${name}`];
    openssl(folder, 'req', '-newkey', 'rsa:2048', '-nodes', ...request);
    const signed = ['-in', `${name}.csr`, '-out', `${name}.pem`, '-days', DAYS, '-extfile', 'extensions'];
    openssl(folder, 'x509', '-req', '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', ...signed);
  }
}

function openssl(cwd, ...args) {
  const { error, status, stderr } = spawnSync('openssl', args, { cwd, encoding: 'utf8', timeout: 60_000 });
  if (error?.code === 'ENOENT') {
    throw new CannotBeHad('THERE IS NO openssl HERE: no certificates can be made, so no server with security or TLS');
  }
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr || error}`);
}
