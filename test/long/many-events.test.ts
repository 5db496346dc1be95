import { testManyEvents } from '../e2e/cloudwatch/many-events.ts';

await testManyEvents(500_000);
