/** What is asked for: of which components there are packages, and which roles and nodes were chosen. */
export type TargetWish = { components: readonly string[]; roles: readonly string[]; nodes: readonly string[] }

/** Instances that packages of these components go to: among roles and nodes, where those are given. The planner says the same. */
export const patchTargets = <T extends { id: string; component: string }>(
  instances: readonly T[],
  { components, roles, nodes }: TargetWish,
): T[] =>
  instances.filter(
    ({ id, component }) =>
      components.includes(component) && (roles.length === 0 || roles.includes(component)) && (nodes.length === 0 || nodes.includes(id)),
  )
