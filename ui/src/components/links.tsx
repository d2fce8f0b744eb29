import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type Native = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps | keyof ButtonProps> & {
  ref?: Ref<HTMLAnchorElement>;
};

function PlainAnchor(props: AnchorProps & Native) {
  return <Anchor {...props} />;
}

function PlainButton(props: ButtonProps & Native) {
  return <Button component="a" {...props} />;
}

/** Mantine's looks, the router's ways. */
export const AnchorLink = createLink(PlainAnchor);
export const ButtonLink = createLink(PlainButton);
