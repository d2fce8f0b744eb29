import { Alert, Button, Code, Container, Text } from "@mantine/core";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { i18next } from "@/i18n";

interface State {
  fault: Error | null;
}

/** Keeps a fault of one page from taking the window with it. */
export class CrashBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { fault: null };

  static getDerivedStateFromError(fault: Error): State {
    return { fault };
  }

  override componentDidCatch(fault: Error, info: ErrorInfo) {
    console.error(fault, info.componentStack);
  }

  override render() {
    const { fault } = this.state;
    return fault ? (
      <Crash fault={fault} onReset={() => this.setState({ fault: null })} />
    ) : (
      this.props.children
    );
  }
}

export function Crash({ fault, onReset }: { fault: Error; onReset: () => void }) {
  return (
    <Container size="sm" py="xl">
      <Alert color="red" title={i18next.t("app.crash")}>
        <Text mb="sm">{i18next.t("app.crashHint")}</Text>
        <Code block mb="sm">
          {fault.message}
        </Code>
        <Button
          variant="default"
          onClick={() => {
            window.location.hash = "#/";
            onReset();
          }}
        >
          {i18next.t("app.toStart")}
        </Button>
      </Alert>
    </Container>
  );
}
