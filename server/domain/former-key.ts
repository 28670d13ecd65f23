/**
 * The key that was built into every DM before v8.0.0 (pkg/encrypt of its source): no secret, but whoever goes on with it keeps every encrypted
 * password valid, as DM's own document on customised keys proposes.
 */
export const formerFixedKey = 'a529b7665997f043a30ac8fadcb51d6aa032c226ab5b7750530b12b8c1a16a48'
