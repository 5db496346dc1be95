/** The seed of tests that draw: always the same, unless FLOWBULK_TEST_SEED says another. Each such test prints it. */
export const SEED = Number(process.env['FLOWBULK_TEST_SEED'] ?? 1) >>> 0;
