import { Group, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface Props {
  /** Also the window's title. */
  readonly title: string;
  /** What stands right of the title: the page's actions. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of a page: its title, its actions, its content. */
export function Page({ title, actions, children }: Props) {
  useTitle(title);
  return (
    <>
      <Group justify="space-between" align="center" mb="md" gap="sm">
        <Title order={1} className="r-wrap">
          {title}
        </Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </>
  );
}

/** Names the window after what it shows. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Roundelay`;
  }, [title]);
}
