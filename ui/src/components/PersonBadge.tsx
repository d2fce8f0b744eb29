import { Avatar } from "@mantine/core";
import type { Role } from "@/bindings/Role";

/** Initials in the colour of the role; the name stands beside it, so screen readers skip it. */
export function PersonBadge(props: {
  name: string;
  initials: string;
  role: Role;
  contact?: boolean;
  size?: number;
}) {
  const color = props.role !== "person" ? "indigo" : props.contact ? "amber" : "teal";
  return (
    <Avatar color={color} variant="light" radius="xl" size={props.size ?? 36} aria-hidden>
      {props.initials}
    </Avatar>
  );
}
