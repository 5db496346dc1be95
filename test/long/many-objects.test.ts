import { testManyObjects } from '../e2e/s3/many-objects.ts';

testManyObjects(200_000);
