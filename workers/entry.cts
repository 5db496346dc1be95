// What Piscina loads in a worker. CommonJS, since Piscina tries require() first, and Node aborts the whole process where a
// worker is ended while require() links an ES module: where a run is over before its last worker has begun.
const convert = import('./convert.ts');

type Objects = Parameters<Awaited<typeof convert>['default']>[0];
module.exports = async (objects: Objects) => (await convert).default(objects);
