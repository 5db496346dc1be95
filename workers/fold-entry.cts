// What Piscina loads in a worker that folds; entry.cts says why it is CommonJS.
const fold = import('./fold.ts');

type Objects = Parameters<Awaited<typeof fold>['default']>[0];
module.exports = async (objects: Objects) => (await fold).default(objects);
